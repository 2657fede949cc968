import { inScope, type Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { keyset, keysetValues, type Direction, type OrderColumn } from "../keyset.js";
import { likeText } from "../like.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";
import type { SendSchedule } from "../planning/index.js";
import type { Audience } from "./campaign.entity.js";
import type { CampaignStatus } from "./campaign.lifecycle.js";
import type { TemplateVariant } from "./step.entity.js";
import type { StopRules } from "./stop-rules.js";

/** A campaign as lists and pages show it. Times are ISO 8601 text. */
export interface CampaignView {
  readonly id: Id;
  readonly name: string;
  readonly status: CampaignStatus;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly scheduledAt: string | null;
  readonly launchedAt: string | null;
  readonly pausedAt: string | null;
  readonly completedAt: string | null;
  readonly fromName: string;
  readonly fromEmail: string;
  readonly replyTo: string | null;
  readonly postalAddress: string | null;
  readonly trackOpens: boolean;
  readonly trackClicks: boolean;
  readonly audience: Audience;
  readonly schedule: SendSchedule | null;
  /** Among whom its leads are dealt out; none: its own name and address. */
  readonly senderIds: readonly Id[];
  readonly stopRules: StopRules;
  /** Null: of the whole organisation. */
  readonly teamId: Id | null;
}

const COLUMNS = `c.id, c.name, c.status, c.version, c.created_at as "createdAt", c.updated_at as "updatedAt",
  c.scheduled_at as "scheduledAt", c.launched_at as "launchedAt", c.paused_at as "pausedAt", c.completed_at as "completedAt", c.from_name as "fromName",
  c.from_email as "fromEmail", c.reply_to as "replyTo", c.postal_address as "postalAddress",
  c.track_opens as "trackOpens", c.track_clicks as "trackClicks", c.audience, c.schedule, c.sender_ids as "senderIds", c.stop_rules as "stopRules", c.team_id as "teamId"`;

const BY_ID = statement<CampaignView>(
  "campaign_by_id",
  `select ${COLUMNS} from campaign c where c.tenant_id = $1 and c.id = $2 and ${inScope("c.team_id", "$3")}`,
);

export async function findCampaign(reader: Reader, scope: Scope, id: Id): Promise<CampaignView | null> {
  return (await reader.query(BY_ID, [scope.tenantId, id, scope.teamIds]))[0] ?? null;
}

export interface CampaignFilter {
  readonly status?: readonly CampaignStatus[] | null;
  /** Part of the name. */
  readonly text?: string | null;
  readonly teamId?: Id | null;
}

const ORDERS = {
  CREATED_AT: { column: "c.created_at", type: "timestamptz" },
  UPDATED_AT: { column: "c.updated_at", type: "timestamptz" },
  NAME: { column: "c.name", type: "text" },
} as const satisfies Record<string, OrderColumn>;
export type CampaignOrderField = keyof typeof ORDERS;

const MATCHES = `c.tenant_id = $1 and ($2::text[] is null or c.status = any($2))
  and ($3::text is null or c.name ilike '%' || $3 || '%') and ${inScope("c.team_id", "$4")}
  and ($5::uuid is null or c.team_id = $5)`;
const COUNT = statement<{ count: number }>(
  "count_campaigns",
  `select count(*) as count from campaign c where ${MATCHES}`,
);

const filterValues = ({ tenantId, teamIds }: Scope, filter: CampaignFilter) => [
  tenantId,
  filter.status?.length ? filter.status : null,
  likeText(filter.text),
  teamIds,
  filter.teamId ?? null,
];

export async function listCampaigns(
  reader: Reader,
  scope: Scope,
  filter: CampaignFilter,
  order: { readonly field: CampaignOrderField; readonly direction: Direction },
  request: PageRequest,
): Promise<Page<CampaignView & { readonly sortKey: string }>> {
  const column = ORDERS[order.field];
  const { name, beyond, tail } = keyset(column, order.direction, request.isBackward, "c.id", 6);
  const list = statement<CampaignView & { sortKey: string }>(
    `list_campaigns_${name}`,
    `select ${COLUMNS}, ${column.column}::text as "sortKey" from campaign c where ${MATCHES} and ${beyond} ${tail}`,
  );
  return pageOf(
    await reader.query(list, [...filterValues(scope, filter), ...keysetValues(column, request)]),
    request,
  );
}

export async function countCampaigns(reader: Reader, scope: Scope, filter: CampaignFilter): Promise<number> {
  return (await reader.query(COUNT, filterValues(scope, filter)))[0]!.count;
}

export interface StepView {
  readonly id: Id;
  readonly campaignId: Id;
  readonly position: number;
  readonly delayMinutes: number;
  readonly delayBusinessDays: number;
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
  readonly variants: readonly TemplateVariant[];
}

const STEPS = statement<StepView>(
  "steps_of_campaigns",
  `select id, campaign_id as "campaignId", position, delay_minutes as "delayMinutes", delay_business_days as "delayBusinessDays", subject, html, text, variants
   from step where tenant_id = $1 and campaign_id = any($2::uuid[]) order by campaign_id, position`,
);

export function stepsOfCampaigns(
  reader: Reader,
  tenantId: Id,
  campaignIds: readonly Id[],
): Promise<StepView[]> {
  return reader.query(STEPS, [tenantId, campaignIds]);
}
