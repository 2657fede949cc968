import * as v from "valibot";
import { command } from "../command.js";
import { canonicalEmail, emailHash } from "../email-address.js";
import { ConflictError } from "../errors.js";
import { newId, type Id } from "../ids.js";
import { statement } from "../operation.js";
import { addToLists } from "./list-membership.js";
import { LeadFields } from "./lead-fields.js";
import { MAILABILITY_OF_HASH } from "./mailability.js";

const INSERT_LEAD = statement<{ id: Id }>(
  "insert_lead",
  `insert into lead (id, tenant_id, email, email_canonical, email_hash, first_name, last_name, company, title, timezone,
     custom_fields, tags, mailability, source)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::text[], ${MAILABILITY_OF_HASH("$2", "$5")}, 'MANUAL')
   on conflict (tenant_id, email_canonical) do nothing returning id`,
);

/**
 * Adds one person; the address is unique in its canonical form, and an address that is suppressed stays so.
 * Writes lead and lead_list_member; emits lead.created; enqueues nothing.
 * Throws CONFLICT when the address is there already, BAD_USER_INPUT for an unknown list.
 */
export const createLead = command({
  name: "createLead",
  permission: "lead:create",
  input: v.object({ ...LeadFields.entries, listIds: v.nullish(v.array(v.pipe(v.string(), v.uuid())), []) }),
  async run(op, input): Promise<{ leadId: Id }> {
    const canonical = canonicalEmail(input.email);
    const rows = await op.query(INSERT_LEAD, [
      newId(),
      op.tenantId,
      input.email,
      canonical,
      emailHash(canonical),
      input.firstName ?? null,
      input.lastName ?? null,
      input.company ?? null,
      input.title ?? null,
      input.timezone ?? null,
      JSON.stringify(input.customFields ?? {}),
      input.tags ?? [],
    ]);
    const leadId = rows[0]?.id;
    if (!leadId)
      throw new ConflictError(`There is a lead with the address ${input.email} already.`, ["email"]);
    await addToLists(op, op.tenantId, input.listIds ?? [], [leadId]);
    await op.emit("lead.created", { targets: [{ type: "lead", id: leadId }] });
    return { leadId };
  },
});
