import { expect } from "vitest";
import { createCampaign } from "../../../domain/campaigns/index.js";
import { newId, type Id } from "../../../domain/ids.js";
import { suppress } from "../../../domain/leads/index.js";
import { startApi, type Api } from "../../support/api.js";
import { seedCampaign } from "../../support/ledger-seed.js";

export const ADDRESS = "jane.doe@hidden.example";
export const SHOWN = "j***@hidden.example";
/** Nothing of the part before the @ but its first character. */
export const TELLS = /jane|\.doe|doe@/i;

/** A server with one lead, whose address stands wherever an address of a lead can stand. */
export interface HiddenLead {
  readonly api: Api;
  readonly campaignId: Id;
  /** Of the same lead, not launched. */
  readonly draftId: Id;
  readonly ids: Readonly<Record<"lead" | "message" | "list" | "import" | "suppression", Id>>;
  /** Switches the organisation's setting; resolves when it is in force. */
  mask(isOn: boolean): Promise<void>;
}

/** A server may know a person for so long. */
const IN_FORCE_MS = 550;

export async function hideLead(): Promise<HiddenLead> {
  const api = await startApi();
  const { db, tenantId, people } = api;
  const { campaignId } = await seedCampaign(db.database, { leads: 1, tenantId });
  const [found] = await db.sql<{ lead: Id; message: Id }>(
    "select lead_id as lead, id as message from message where campaign_id = $1",
    [campaignId],
  );
  const { lead, message } = found!;
  await writeEverywhere(api, lead, message);
  const [list, batch] = await importedFrom(api, lead);
  const { campaignId: draftId } = await people.ADMIN.op.run(createCampaign, {
    name: "Draft",
    fromName: "Ada",
    fromEmail: "ada@example.com",
    steps: [{ delayMinutes: 0, subject: "Hello", html: "<p>Hello</p>" }],
    audience: { leadIds: [lead] },
  });
  const { suppressionId } = await people.ADMIN.op.run(suppress, { email: ADDRESS, reason: "MANUAL" });
  return {
    api,
    campaignId,
    draftId,
    ids: { lead, message, list, import: batch, suppression: suppressionId },
    async mask(isOn) {
      const admin = await api.as("ADMIN");
      const { data } = await admin.ask(
        `mutation { updateSettings(input: { maskAddresses: ${isOn} }) { ... on UpdateSettingsSuccess { settings { maskAddresses } } } }`,
      );
      expect(data).toEqual({ updateSettings: { settings: { maskAddresses: isOn } } });
      await new Promise((resolve) => setTimeout(resolve, IN_FORCE_MS));
    },
  };
}

async function writeEverywhere({ db }: Api, lead: Id, message: Id): Promise<void> {
  await db.sql(
    `update lead set email = $2, email_canonical = $2, email_hash = sha256(convert_to($2, 'UTF8')), first_name = 'Ana',
       last_name = $3::text, company = $3::text, title = $3::text, custom_fields = jsonb_build_object('note', $3::text),
       tags = array[$3::text] where id = $1`,
    [lead, ADDRESS, `via ${ADDRESS}`],
  );
  await db.sql(
    "update step set html = '<p>{{ email }} {{ company }}</p>' from message m where step.campaign_id = m.campaign_id and m.id = $1",
    [message],
  );
  await db.sql(
    `update campaign_version v set content = jsonb_set(content, '{steps,0,html}', '"<p>{{ email }} {{ company }}</p>"')
     from message m where v.id = m.version_id and m.id = $1`,
    [message],
  );
  await db.sql(
    "update message set server_reply = $2, state = 'FAILED', reason = $2, attempt = 1 where id = $1",
    [message, `550 5.1.1 <${ADDRESS}>: no such user`],
  );
  await db.sql(
    `insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, 'failed', 'test', $2 from message where id = $1`,
    [message, `RCPT TO:<${ADDRESS}> refused`],
  );
}

/** @returns the ids of the list and the import that the lead came with */
async function importedFrom({ db, tenantId }: Api, lead: Id): Promise<[Id, Id]> {
  const [list, batch] = [newId(), newId()];
  await db.sql("insert into lead_list (id, tenant_id, name) values ($1, $2, 'People')", [list, tenantId]);
  await db.sql("insert into lead_list_member (tenant_id, list_id, lead_id) values ($1, $2, $3)", [
    tenantId,
    list,
    lead,
  ]);
  await db.sql(
    `insert into import_batch (id, tenant_id, status, file_name, digest, bytes, mapping, policy, dry_run, list_id)
     values ($1, $2, 'COMPLETED', 'people.csv', '', 0, '{}', 'UPDATE', false, $3)`,
    [batch, tenantId, list],
  );
  await db.sql(
    `insert into import_row_error (tenant_id, import_id, row_number, position, rule, value, message)
     values ($1, $2, 2, 0, 'email', $3, $3)`,
    [tenantId, batch, ADDRESS],
  );
  return [list, batch];
}
