import type { Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import type { Reader } from "../operation.js";
import { AT_ONCE, LeadWindows } from "../planning/index.js";
import { findCampaign } from "./campaigns.queries.js";
import { explainDifference, type Explanation } from "./explain-difference.js";
import { localTime } from "./local-time.js";
import { senderAddresses, standstillsOf, timetableRows, type TimetableFacts } from "./timetable.queries.js";

export interface TimetableRow extends TimetableFacts, Explanation {
  /** IANA zone whose clock counts for the lead, and what it showed at the planned time (RFC 3339). */
  readonly zone: string;
  readonly localTime: string | null;
  readonly fromEmail: string;
}

export interface TimetablePage {
  readonly after: { readonly leadId: Id; readonly position: number } | null;
  readonly first: number;
}

/** Plan against what happened of a launched campaign, lead by lead. Null: there is no such campaign. */
export async function timetableOf(
  reader: Reader,
  scope: Scope,
  campaignId: Id,
  { after, first }: TimetablePage,
): Promise<{ readonly rows: TimetableRow[]; readonly hasMore: boolean } | null> {
  const campaign = await findCampaign(reader, scope, campaignId);
  if (!campaign) return null;
  const [facts, standstills, senders] = await Promise.all([
    timetableRows(reader, scope, campaignId, after, first + 1),
    standstillsOf(reader, scope.tenantId, campaignId),
    senderAddresses(reader, scope.tenantId, campaignId),
  ]);
  const windows = new LeadWindows(campaign.schedule ?? AT_ONCE);
  const now = Date.now();
  const rows = facts.slice(0, first).map((row) => {
    const zone = windows.zoneOf(row);
    return {
      ...row,
      ...explainDifference(row, standstills, now),
      zone,
      fromEmail: (row.senderId && senders.get(row.senderId)) ?? campaign.fromEmail,
      localTime: row.plannedAt && localTime(Date.parse(row.plannedAt), zone),
    };
  });
  return { rows, hasMore: facts.length > first };
}
