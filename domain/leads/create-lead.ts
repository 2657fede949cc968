import * as v from "valibot";
import { command } from "../command.js";
import { canonicalEmail, emailHash } from "../email-address.js";
import { ConflictError } from "../errors.js";
import { attempted, changesBetween } from "../events.js";
import { IdSchema, newId, type Id } from "../ids.js";
import { inScope } from "../access/scope.js";
import { statement, type UnitOfWork } from "../operation.js";
import { owningTeam } from "../teams/index.js";
import { addToLists } from "./list-membership.js";
import { LeadFields } from "./lead-fields.js";
import { MAILABILITY_OF_HASH } from "./mailability.js";

const INSERT_LEAD = statement<{ id: Id }>(
  "insert_lead",
  `insert into lead (id, tenant_id, email, email_canonical, email_hash, first_name, last_name, company, title, timezone,
     custom_fields, tags, owner_team_id, mailability, source)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::text[], $13, ${MAILABILITY_OF_HASH("$2", "$5")}, 'MANUAL')
   on conflict (tenant_id, email_canonical) do nothing returning id`,
);

const IS_OURS = statement<{ isOurs: boolean }>(
  "address_is_ours",
  `select ${inScope("owner_team_id", "$3")} as "isOurs" from lead where tenant_id = $1 and email_canonical = $2`,
);

/**
 * Adds one person; the address is unique in its canonical form, and an address that is suppressed stays so.
 * Writes lead and lead_list_member; emits lead.created; enqueues nothing.
 * Throws CONFLICT when the address is there already, BAD_USER_INPUT for an unknown list.
 */
export const createLead = command({
  name: "createLead",
  permission: "lead:create",
  input: v.object({
    ...LeadFields.entries,
    listIds: v.nullish(v.array(v.pipe(v.string(), v.uuid())), []),
    teamId: v.nullish(IdSchema),
  }),
  audits: attempted("lead.created"),
  async run(op, input): Promise<{ leadId: Id }> {
    const canonical = canonicalEmail(input.email);
    const teamId = await owningTeam(op, input.teamId);
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
      teamId,
    ]);
    const leadId = rows[0]?.id;
    if (!leadId) throw await taken(op, input.email, canonical);
    const { listIds, tags, ...given } = input;
    await addToLists(op, op.scope, listIds ?? [], [leadId]);
    await op.emit("lead.created", {
      targets: [
        { type: "lead", id: leadId, label: input.email },
        ...(listIds ?? []).map((id) => ({ type: "list", id })),
      ],
      changes: changesBetween<object>({}, { ...given, ...(tags?.length && { tags }), teamId }),
    });
    return { leadId };
  },
});

/** Also another team's lead is told of, without a word about it: an address is one person for the whole organisation. */
async function taken(op: UnitOfWork, email: string, canonical: string): Promise<ConflictError> {
  const [lead] = await op.query(IS_OURS, [op.tenantId, canonical, op.scope.teamIds]);
  const what = lead?.isOurs
    ? `There is a lead with the address ${email} already.`
    : `Another team works with the address ${email}; ask an administrator to share the lead.`;
  return new ConflictError(what, ["email"]);
}
