import { SENDER_PAUSED, WAITS_FOR } from "../senders/index.js";
import type { Standstill, TimetableFacts } from "./timetable.queries.js";

/** A mail that leaves within this of its time has left at it. */
export const ON_TIME_MS = 60_000;

/** Why what happened is not what was planned; a closed list. */
export const DIFFERENCES = [
  "AS_PLANNED",
  "NOT_YET",
  "FOLLOWS_LATE_STEP",
  "SHIFTED",
  "CAUGHT_UP",
  "CAMPAIGN_EDITED",
  "LEAD_PAUSED",
  "LIMITS_CHANGED",
  "PAUSED",
  "FROZEN",
  "WINDOW_WAS_CLOSED",
  "DEFERRED_BY_SERVER",
  "GIVEN_BACK",
  "LIMIT_REACHED",
  "SENDER_PAUSED",
  "WAITED_ITS_TURN",
  "NOTHING_LEFT",
  "NO_PLACE",
  "STEP_BEFORE_IT",
  "LEFT_OUT",
  "STOPPED",
  "CANCELLED",
  "FAILED",
  "UNCERTAIN",
  "NO_PLAN",
] as const;
export type Difference = (typeof DIFFERENCES)[number];

export interface Explanation {
  readonly difference: Difference;
  /** In words, for people. */
  readonly sentence: string;
  /** How much later it left than planned, or how late it is by now, in s; null where it does not apply. */
  readonly lateBySeconds: number | null;
}

/** What a claim says of a mail that meets a full limit; the sentence tells whose it was. */
const LIMITS: readonly {
  readonly evidence: string;
  readonly difference: Difference;
  readonly sentence: string;
}[] = [
  {
    evidence: SENDER_PAUSED,
    difference: "SENDER_PAUSED",
    sentence: "Its sender was paused; its mail waits for it, and is given to no other.",
  },
  {
    evidence: WAITS_FOR.SENDER,
    difference: "LIMIT_REACHED",
    sentence:
      "Its sender had used up its limit of the hour or the day, or its gap; it went when there was room again.",
  },
  {
    evidence: WAITS_FOR.TENANT,
    difference: "LIMIT_REACHED",
    sentence:
      "The organisation had used up its limit of the hour or the day; it went when there was room again.",
  },
  {
    evidence: WAITS_FOR.DOMAIN,
    difference: "LIMIT_REACHED",
    sentence: "The limit of its destination domain was used up; it went when there was room again.",
  },
];
const SENT = new Set(["SENT", "DELIVERED", "COMPLAINED"]);

/** Plan against what happened, for one mail. What is found first is the nearest cause. @param now ms of the epoch */
export function explainDifference(
  facts: TimetableFacts,
  standstills: readonly Standstill[],
  now: number,
): Explanation {
  const { plannedAt, sentAt, state, reason } = facts;
  if (plannedAt === null) return notPlanned(facts);
  const anew = replanned(facts, standstills, now);
  if (anew) return anew;
  if (state !== null && SENT.has(state) && sentAt) {
    const late = Date.parse(sentAt) - Date.parse(plannedAt);
    if (Math.abs(late) <= ON_TIME_MS) return told("AS_PLANNED", "It left at its time.", late);
    return lateness(facts, standstills, late);
  }
  switch (state) {
    case "SKIPPED":
      return told("LEFT_OUT", `It was left out: ${reason ?? "no reason is on record"}.`);
    case "CANCELLED":
      return facts.enrollmentState === "STOPPED" && facts.endReason !== "CAMPAIGN_CANCELLED"
        ? told("STOPPED", `The lead's sequence was stopped: ${facts.endReason ?? reason}.`)
        : told("CANCELLED", `It was cancelled: ${reason ?? "CAMPAIGN_CANCELLED"}.`);
    case "FAILED":
    case "BOUNCED_HARD":
    case "BOUNCED_SOFT":
      return told("FAILED", `The mail server refused it: ${reason ?? state}.`);
    case "UNCERTAIN":
      return told("UNCERTAIN", "It may have been accepted; nobody knows yet. It is not sent again.");
    case null:
      return notWritten(facts, now);
    default:
      return stillWaiting(facts, standstills, now);
  }
}

const REPLANNED = {
  EDITED: ["CAMPAIGN_EDITED", "The campaign was edited while it ran, and this mail was planned anew."],
  LIMITS: [
    "LIMITS_CHANGED",
    "A limit that campaigns share was changed while it ran, and this mail was planned anew.",
  ],
  NOT_NOW: ["LEAD_PAUSED", "The lead was set to rest (“not now”), and this mail was planned anew."],
} as const;

/**
 * What was planned anew is judged by its new time: where it left at that, or will, the new plan is the cause; otherwise
 * whatever made it late then.
 */
function replanned(
  { replannedAt, replannedFor, ...facts }: TimetableFacts,
  standstills: readonly Standstill[],
  now: number,
): Explanation | null {
  if (!replannedAt || !replannedFor) return null;
  const anew = { ...facts, plannedAt: replannedAt, replannedAt: null, replannedFor: null };
  const explained = explainDifference(anew, standstills, now);
  if (explained.difference !== "AS_PLANNED" && explained.difference !== "NOT_YET") return explained;
  if (wasBegunAfterPause(facts)) return null;
  const { sentAt, plannedAt } = facts;
  const [difference, sentence] = REPLANNED[replannedFor];
  const late = Date.parse(sentAt ?? replannedAt) - Date.parse(plannedAt!);
  return told(difference, sentence, late);
}

/** It left, or leaves, by what was chosen after a pause: planned anew was only what follows it. */
function wasBegunAfterPause({ happened }: Pick<TimetableFacts, "happened">): boolean {
  const last = happened.findLast((each) =>
    /^(planned|queued):(shifted|caught up|campaign edited|not now|limits changed)/.test(each),
  );
  return last !== undefined && /:(shifted|caught up)/.test(last);
}

function notPlanned({ noPlace, endReason, enrollmentState, state, sentAt }: TimetableFacts): Explanation {
  if (noPlace) return told("NO_PLACE", `There was no place for it: ${noPlace}.`);
  if (enrollmentState === "SKIPPED")
    return told("LEFT_OUT", `The lead was left out: ${endReason ?? "no reason is on record"}.`);
  if (enrollmentState === "STOPPED" && state === null)
    return told(
      endReason === "CAMPAIGN_CANCELLED" ? "CANCELLED" : "STOPPED",
      `The lead was stopped before it was planned: ${endReason}.`,
    );
  return told("NO_PLAN", sentAt ? "It was sent before plans were kept." : "No plan of it was kept.");
}

/** No message of this step: the one before it has not been sent, or never will be. */
function notWritten({ plannedAt, enrollmentState, endReason }: TimetableFacts, now: number): Explanation {
  if (enrollmentState === "STOPPED")
    return told(
      endReason === "CAMPAIGN_CANCELLED" ? "CANCELLED" : "STOPPED",
      `The lead's sequence was stopped: ${endReason}.`,
    );
  if (enrollmentState === "SKIPPED") return told("LEFT_OUT", `The lead was left out: ${endReason}.`);
  if (enrollmentState === "FINISHED")
    return told("STEP_BEFORE_IT", "The step before it was not delivered, so that it has nothing to follow.");
  const late = now - Date.parse(plannedAt!);
  if (late <= ON_TIME_MS) return told("NOT_YET", "It is written down when the step before it has been sent.");
  return told("STEP_BEFORE_IT", "The step before it has not been sent yet.", late);
}

function stillWaiting(facts: TimetableFacts, standstills: readonly Standstill[], now: number): Explanation {
  const late = now - Date.parse(facts.plannedAt!);
  if (late <= ON_TIME_MS) return told("NOT_YET", "Its time has not come.", null);
  return lateness(facts, standstills, late);
}

function lateness(facts: TimetableFacts, standstills: readonly Standstill[], late: number): Explanation {
  const { plannedAt, happened, beforePlannedAt, beforeSentAt, isOthersLeft, sentAt } = facts;
  const has = (start: string) => happened.some((each) => each.startsWith(start));
  if (has("planned:shifted"))
    return told(
      "SHIFTED",
      "When the campaign was resumed, everything was moved by the length of the pause.",
      late,
    );
  if (has("planned:caught up"))
    return told("CAUGHT_UP", "It became due during a pause and was caught up after it.", late);
  const planned = Date.parse(plannedAt!);
  const still = standstills.find(
    ({ from, until }) =>
      Date.parse(from) <= planned + late && (until === null || Date.parse(until) >= planned),
  );
  if (has("deferred:"))
    return told("DEFERRED_BY_SERVER", "The mail server put it off, and it was tried again.", late);
  const limit = LIMITS.find(({ evidence }) => has(`planned:${evidence}`));
  if (limit) return told(limit.difference, limit.sentence, late);
  if (has("planned:outside its window"))
    return told(
      "WINDOW_WAS_CLOSED",
      "Its window had closed before it could leave; it went with the next.",
      late,
    );
  const before = beforePlannedAt && beforeSentAt ? Date.parse(beforeSentAt) - Date.parse(beforePlannedAt) : 0;
  // It left at its time, counted from the step before it.
  if (before > 0 && late - before <= ON_TIME_MS)
    return told("FOLLOWS_LATE_STEP", "The step before it was late, and its delay counts from there.", late);
  if (still)
    return still.why === "PAUSED"
      ? told("PAUSED", `The campaign was paused from ${still.from}.`, late)
      : told("FROZEN", `Sending was frozen from ${still.from}.`, late);
  if (has("queued:given back") || has("queued:lease expired"))
    return told("GIVEN_BACK", "A worker that had it went away, and another took it.", late);
  if (isOthersLeft)
    return told(
      "WAITED_ITS_TURN",
      "Other mails of the campaign left before it: more were due than could leave at once.",
      late,
    );
  return told(
    "NOTHING_LEFT",
    sentAt
      ? "No mail of the campaign left between its time and then: no worker was running, or no mail server answered."
      : "No mail of the campaign has left since its time: no worker is running, no mail server answers, or its limits are used up.",
    late,
  );
}

function told(difference: Difference, sentence: string, lateMs: number | null = null): Explanation {
  return { difference, sentence, lateBySeconds: lateMs === null ? null : Math.round(lateMs / 1000) };
}
