import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { can, selfOf } from "#domain/access/actor.js";
import type { Permission } from "#domain/access/permissions.js";
import { noteReading } from "#domain/audit/search/reading.js";
import { findEntry } from "#domain/audit/search/search-entries.js";
import { findCampaign } from "#domain/campaigns/index.js";
import { findMessage } from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import { findImport, findLeadLists, findLeads, findSuppression } from "#domain/leads/index.js";
import { findJob } from "#domain/jobs/jobs.queries.js";
import type { Operation } from "#domain/operation.js";
import { findSenders } from "#domain/senders/index.js";
import { findTeams } from "#domain/teams/index.js";
import { findUsers } from "#domain/users/index.js";
import type { ShelfRules } from "./access/rules.js";
import { isId } from "./arguments.js";
import { auditLogOf } from "./audit/audit-log.type.js";
import { campaignOf } from "./campaigns/campaign.type.js";
import type { SchemaContext } from "./context.js";
import { messageOf } from "./emails/message.type.js";
import { jobOf } from "./jobs/job.type.js";
import { importOf } from "./leads/import.type.js";
import { leadListOf, leadOf, suppressionOf } from "./leads/lead.type.js";
import { Node } from "./node.type.js";
import { senderOf } from "./senders/sender.type.js";
import { teamOf } from "./teams/team.type.js";
import { userOf } from "./users/user.type.js";

/** Ids are unique over all types, so an id alone finds its thing; each type under the rule of its own query. */
const FINDERS: readonly [Permission, (op: Operation, id: Id) => Promise<Node | null | undefined>][] = [
  ["campaign:read", async (op, id) => optional(await findCampaign(op, op.scope, id), campaignOf)],
  [
    "campaign:read",
    async (op, id) => optional(await findMessage(op, op.scope, id), (row) => messageOf(op, row)),
  ],
  ["lead:read", async (op, id) => (await findLeads(op, op.scope, [id])).map((row) => leadOf(op, row))[0]],
  ["lead:read", async (op, id) => (await findLeadLists(op, op.scope, [id])).map(leadListOf)[0]],
  [
    "lead:read",
    async (op, id) => optional(await findSuppression(op, op.scope, id), (row) => suppressionOf(op, row)),
  ],
  ["campaign:read", async (op, id) => (await findSenders(op, op.tenantId, [id])).map(senderOf)[0]],
  ["team:read", async (op, id) => (await findTeams(op, op.scope, [id])).map(teamOf)[0]],
  ["user:read", async (op, id) => (await findUsers(op, op.scope, selfOf(op), [id])).map(userOf)[0]],
  ["lead:import", async (op, id) => optional(await findImport(op, op.scope, id), importOf)],
  ["system:jobs", async (op, id) => optional(await findJob(op, op.scope, id), jobOf)],
  [
    "system:audit",
    async (op, id) => {
      const entry = await findEntry(op, id);
      if (entry) await noteReading(op, { id });
      return optional(entry, auditLogOf);
    },
  ],
];

function optional<R, T>(row: R | null, of: (row: R) => T): T | null {
  return row === null ? null : of(row);
}

@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description: "Anything with an id; null when there is no such thing.",
  })
  async node(@Arg("id", () => ID) id: string, @Ctx() { op }: SchemaContext): Promise<Node | null> {
    if (!isId(id)) return null;
    const wanted = id.toLowerCase();
    const readable = FINDERS.filter(([permission]) => can(op.actor, permission));
    const found = await Promise.all(readable.map(([, find]) => find(op, wanted)));
    return found.find((node) => node != null) ?? null;
  }
}

export const nodeRules: ShelfRules = { Query: { node: "signedIn" } };
