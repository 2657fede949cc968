import type { Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import type { Reader } from "../operation.js";
import { AT_ONCE, Planner, type Place, type SendSchedule, type SharedCapacities } from "../planning/index.js";
import { findCampaign } from "./campaigns.queries.js";
import { OVERDUE_POLICIES, type OverdueChoice, type OverduePolicy } from "./campaign.entity.js";
import { localDate } from "./local-time.js";
import { sharedOfMessages } from "./shared-plan.queries.js";
import { overdueFacts, overdueMessages, type OpenMessage, type OverdueFacts } from "./overdue.queries.js";

/** How many of the overdue mails a preview plans; of more it tells the beginning, and says so. */
export const MOST_PREVIEWED = 10_000;

/** What a choice would do, by the same planner that would carry it out. */
export interface OverduePreview {
  readonly policy: OverduePolicy;
  readonly perHour: number | null;
  readonly sent: number;
  readonly skipped: number;
  /** ISO instants of the first and the last of the mails that are sent; null when none is. */
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** By days of the schedule's zone. */
  readonly days: readonly { readonly date: string; readonly count: number }[];
}

export interface Overdue {
  readonly count: number;
  /** Null: it is not paused, or for a moment only. */
  readonly pausedAt: string | null;
  readonly previews: readonly OverduePreview[];
  /** There are more than a preview plans. */
  readonly isPartial: boolean;
}

const NOTHING: Overdue = { count: 0, pausedAt: null, previews: [], isPartial: false };

/** Overdue mail of a paused campaign with what each choice would do; null when there is no such campaign. */
export async function previewOverdue(
  reader: Reader,
  scope: Scope,
  campaignId: Id,
  perHour: number | null,
): Promise<Overdue | null> {
  if (!(await findCampaign(reader, scope, campaignId))) return null;
  const facts = await overdueFacts(reader, scope.tenantId, campaignId);
  return facts ? overdueOf(reader, campaignId, facts, perHour) : NOTHING;
}

export async function overdueOf(
  reader: Reader,
  campaignId: Id,
  facts: OverdueFacts,
  perHour: number | null,
): Promise<Overdue> {
  const messages = await overdueMessages(reader, campaignId, facts.at, MOST_PREVIEWED);
  const previews: OverduePreview[] = [];
  for (const policy of OVERDUE_POLICIES) {
    const choice = {
      policy,
      perHour: policy === "CATCH_UP" ? perHour : null,
      pausedAt: facts.pausedAt,
      resumedAt: facts.at,
    };
    // Each fills them with its own places.
    const shared = await sharedOfMessages(reader, facts.tenantId, messages, Date.parse(facts.at), campaignId);
    previews.push(preview(choice, facts.schedule ?? AT_ONCE, messages, shared));
  }
  return { count: facts.count, pausedAt: facts.pausedAt, previews, isPartial: facts.count > messages.length };
}

function preview(
  choice: OverdueChoice,
  schedule: SendSchedule,
  messages: readonly OpenMessage[],
  shared: SharedCapacities,
): OverduePreview {
  const { policy, perHour } = choice;
  const places =
    policy === "SKIP" ? [] : rescheduled(planCatchUp(choice, schedule, shared), choice, messages);
  const times = places.filter((place) => typeof place === "number");
  const days = new Map<string, number>();
  for (const time of times) {
    const date = localDate(time, schedule.timezone);
    days.set(date, (days.get(date) ?? 0) + 1);
  }
  const edge = (pick: (a: number, b: number) => number) =>
    times.length > 0 ? new Date(times.reduce((a, b) => pick(a, b))).toISOString() : null;
  return {
    policy,
    perHour,
    sent: times.length,
    skipped: messages.length - times.length,
    firstAt: edge(Math.min),
    lastAt: edge(Math.max),
    days: [...days].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([date, count]) => ({ date, count })),
  };
}

/** The schedule under which overdue mail is placed: a catch-up of N an hour is a limit like the campaign's own. */
export function catchUpSchedule({ policy, perHour }: OverdueChoice, schedule: SendSchedule): SendSchedule {
  if (policy !== "CATCH_UP" || perHour === null) return schedule;
  return { ...schedule, perHour: Math.min(perHour, schedule.perHour ?? Infinity) };
}

const planCatchUp = (choice: OverdueChoice, schedule: SendSchedule, shared: SharedCapacities): Planner =>
  new Planner(catchUpSchedule(choice, schedule), [], Date.parse(choice.resumedAt), [], shared);

/** A new place for each, in their order: with SHIFT later by the pause, otherwise from the resumption on. */
export function rescheduled(
  planner: Planner,
  choice: OverdueChoice,
  messages: readonly OpenMessage[],
): Place[] {
  const pause = Date.parse(choice.resumedAt) - Date.parse(choice.pausedAt);
  return messages.map((message) =>
    planner.placeOne(
      message,
      choice.policy === "SHIFT" ? message.dueAt + pause : planner.startAt,
      message.senderId,
    ),
  );
}
