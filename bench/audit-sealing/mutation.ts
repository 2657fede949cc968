import { updateCampaign } from "#domain/campaigns/index.js";
import { newId, type Id } from "#domain/ids.js";
import type { UnitOfWork } from "#domain/operation.js";
import type { Database } from "#platform/database/database.js";

/** Somebody with a draft of their own, which nobody else waits for. */
export interface Client {
  readonly tenantId: Id;
  readonly userId: Id;
  readonly sessionId: Id;
  readonly campaignId: Id;
}

// As the product has it, before a server of the bench is told otherwise.
const withEntry = { ...updateCampaign };
/** The same statements of the same command, and no entry: the limit. Nothing of the product can be had like this. */
const withoutEntry: typeof updateCampaign = {
  ...withEntry,
  run: (op, input) => withEntry.run(Object.create(op, { emit: { value: noEntry } }) as UnitOfWork, input),
};
async function noEntry(): Promise<void> {}

export const MUTATIONS = { withEntry, withoutEntry } as const;
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
    `insert into app_user (id, email, email_canonical, name, status)
     select id, id || '@example.com', id || '@example.com', 'Ada', 'ACTIVE' from unnest($1::uuid[]) id`,
    [column("userId")],
  );
  await database.pool.query(
    "insert into membership (id, tenant_id, user_id, role) select gen_random_uuid(), tenant, person, 'ADMIN' from unnest($1::uuid[], $2::uuid[]) n (tenant, person)",
    [column("tenantId"), column("userId")],
  );
  await database.pool.query(
    `insert into session (id, tenant_id, user_id, expires_at)
     select id, tenant, person, now() + interval '1 day' from unnest($1::uuid[], $2::uuid[], $3::uuid[]) n (id, tenant, person)`,
    [column("sessionId"), column("tenantId"), column("userId")],
  );
  await database.pool.query(
    `insert into campaign (id, tenant_id, name, from_name, from_email, audience, status)
     select id, tenant_id, 'Newsletter', 'Ada', 'ada@example.com', '{"listIds": [], "segmentIds": [], "leadIds": []}', 'DRAFT'
     from unnest($1::uuid[], $2::uuid[]) n (id, tenant_id)`,
    [column("campaignId"), column("tenantId")],
  );
  return clients;
}
