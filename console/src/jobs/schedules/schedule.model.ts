import type { Tone } from "../../ui/Tag";
import { dateTime } from "../../lib/format";
import { span, stateLabels, stateTones } from "../jobs.model";
import type { MissedRuns, ScheduleRun } from "./schedules.gql";

const causes: Record<ScheduleRun["cause"], string> = {
  SCHEDULE: "",
  MISSED: ", made up for later",
  NOW: ", run by hand",
};

/** What became of one run, by colour and in words. */
export function outcomeOf(run: ScheduleRun): { tone: Tone; word: string } {
  if (run.jobId === null) return { tone: "plain", word: "Left out: the one before had not ended" };
  if (run.state === null) return { tone: "plain", word: "Ran; its job has been cleaned up" };
  return { tone: stateTones[run.state], word: stateLabels[run.state] };
}

/** A run in one line. */
export function runTitle(run: ScheduleRun): string {
  const took = run.durationMs === null ? "" : ` in ${span(run.durationMs)}`;
  return `${dateTime(run.fireAt)} · ${outcomeOf(run).word}${took}${causes[run.cause]}`;
}

/** What the strip shows, for those who cannot see it. */
export function historyWords(runs: readonly ScheduleRun[]): string {
  if (!runs.length) return "It has not run yet";
  const done = runs.filter((run) => run.state === "SUCCEEDED").length;
  const failed = runs.filter((run) => run.state === "FAILED").length;
  const leftOut = runs.filter((run) => run.jobId === null).length;
  const parts = [`${done} done`, failed && `${failed} failed`, leftOut && `${leftOut} left out`];
  return `Last ${runs.length} runs: ${parts.filter(Boolean).join(", ")}`;
}

export const missedChoices: readonly { value: MissedRuns; label: string; hint: string }[] = [
  {
    value: "LAST",
    label: "Make up for the last one",
    hint: "After a standstill it runs once, for the newest time that was missed.",
  },
  {
    value: "ALL",
    label: "Make up for all",
    hint: "After a standstill it runs once for every time that was missed, oldest first.",
  },
  {
    value: "SKIP",
    label: "Leave them out",
    hint: "After a standstill it goes on with the next time; what was missed does not run.",
  },
];
