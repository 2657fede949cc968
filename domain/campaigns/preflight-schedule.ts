import { Planner, type SendSchedule } from "../planning/index.js";
import { OF_CAMPAIGN, type Finding } from "./finding.js";

const ANYBODY = { leadId: "00000000-0000-7000-8000-000000000000", timezone: null };

/** A launch whose schedule has no place for a single mail would leave everybody out, for good. @param now ms of the epoch */
export function scheduleFindings(schedule: SendSchedule | null | undefined, now: number): Finding[] {
  if (!schedule || typeof new Planner(schedule, [], now).placeOne(ANYBODY, now) === "number") return [];
  const message =
    schedule.endsAt !== null && Date.parse(schedule.endsAt) <= now
      ? "Its end is over: nobody would be mailed. Set a later one, or none."
      : "Its window does not open before its end: nobody would be mailed. Set a later end, other weekdays, or fewer holidays.";
  return [
    { rule: "schedule_over", severity: "BLOCKING", message, path: ["schedule", "endsAt"], ...OF_CAMPAIGN },
  ];
}
