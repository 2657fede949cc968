import { countsOfLists, findLeadLists, findLeads, listsOfLeads } from "#domain/leads/index.js";
import type { Id } from "#domain/ids.js";
import { defineLoader } from "../loaders.js";
import { Lead, leadListOf, leadOf, type LeadList } from "./lead.type.js";

export const leadLoader = defineLoader<Id, Lead>(async (op, ids) => {
  const rows = await findLeads(op, op.scope, ids);
  return new Map(rows.map((row) => [row.id, leadOf(op, row)]));
});

export const leadListLoader = defineLoader<Id, LeadList>(async (op, ids) => {
  const rows = await findLeadLists(op, op.scope, ids);
  return new Map(rows.map((row) => [row.id, leadListOf(row)]));
});

export const listCountsLoader = defineLoader<Id, { leadCount: number; mailableCount: number }>(
  async (op, ids) => {
    const rows = await countsOfLists(op, op.scope, ids);
    return new Map(rows.map((row) => [row.id, row]));
  },
);

export const listsOfLeadLoader = defineLoader<Id, LeadList[]>(async (op, ids) => {
  const lists = new Map<Id, LeadList[]>(ids.map((id) => [id, []]));
  for (const { leadId, ...row } of await listsOfLeads(op, op.scope, ids))
    lists.get(leadId)?.push(leadListOf(row));
  return lists;
});
