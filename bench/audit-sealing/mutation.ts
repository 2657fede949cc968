import { updateCampaign } from "#domain/campaigns/index.js";
import type { Command } from "#domain/command.js";
import { newId, type Id } from "#domain/ids.js";
import type { UnitOfWork } from "#domain/operation.js";
import type { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";

/** Somebody with a draft of their own, which nobody else waits for. */
export interface Client {
  readonly tenantId: Id;
  readonly userId: Id;
  readonly sessionId: Id;
  readonly campaignId: Id;
}

const USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** The same statements of the same command, and no entry: the limit. Nothing of the product can be had like this. */
const withoutEntry: typeof updateCampaign = {
  ...updateCampaign,
  run: (op, input) =>
    updateCampaign.run(Object.create(op, { emit: { value: noEntry } }) as UnitOfWork, input),
};
async function noEntry(): Promise<void> {}

export const MUTATIONS = { withEntry: updateCampaign, withoutEntry } as const;
export type Mutation = keyof typeof MUTATIONS;

/** As many clients as asked for, spread over the organisations, an administrator with a draft each. */
export async function makeClients(database: Database, count: number, tenants: number): Promise<Client[]> {
  const tenantIds = Array.from({ length: tenants }, () => newId());
  await database.pool.query(
    "insert into tenant (id, name, slug) select id, 'Bench', id::text from unnest($1::uuid[]) id",
    [tenantIds],
  );
  const clients = Array.from({ length: count }, (_, at) => ({
    tenantId: tenantIds[at % tenants]!,
    userId: newId(),
    sessionId: newId(),
    campaignId: newId(),
  }));
  const column = (key: keyof Client) => clients.map((client) => client[key]);
  await database.pool.query(
    `insert into campaign (id, tenant_id, name, from_name, from_email, audience, status)
     select id, tenant_id, 'Newsletter', 'Ada', 'ada@example.com', '{"listIds": [], "segmentIds": [], "leadIds": []}', 'DRAFT'
     from unnest($1::uuid[], $2::uuid[]) n (id, tenant_id)`,
    [column("campaignId"), column("tenantId")],
  );
  return clients;
}

/** Gives the draft another name, as a request of the console would. */
export async function rename(
  database: Database,
  client: Client,
  mutation: Mutation,
  name: string,
): Promise<void> {
  const { tenantId, userId, sessionId, campaignId } = client;
  const actor = {
    kind: "USER",
    userId,
    email: `${userId}@example.com`,
    role: "ADMIN",
    sessionId,
    tenantId,
    teamIds: [],
    masksAddresses: false,
    viewedBy: null,
  } as const;
  const request = { requestId: newId(), ip: "192.0.2.17", userAgent: USER_AGENT };
  const command: Command<never, unknown> = MUTATIONS[mutation] as never;
  await openOperation(database, actor, request).run(command, { campaignId, name });
}
