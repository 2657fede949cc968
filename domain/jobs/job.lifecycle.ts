import { InvalidTransitionError } from "../errors.js";

/** As people see it. DELAYED: it waits and is due later; the database calls that WAITING too. */
export const JOB_STATES = [
  "WAITING",
  "DELAYED",
  "ACTIVE",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
  "DISCARDED",
] as const;
export type VisibleJobState = (typeof JOB_STATES)[number];

/** What people do with a job: from which states, where it leads, and how it is told. */
export const JOB_ACTIONS = {
  RETRY: { from: ["FAILED", "CANCELLED"], to: "WAITING", done: "retried" },
  DISCARD: { from: ["WAITING", "DELAYED", "FAILED"], to: "DISCARDED", done: "discarded" },
  RESTORE: { from: ["DISCARDED"], to: "FAILED", done: "restored" },
  PROMOTE: { from: ["DELAYED"], to: "WAITING", done: "run ahead of its time" },
} as const satisfies Record<string, { from: readonly VisibleJobState[]; to: VisibleJobState; done: string }>;
export type JobAction = keyof typeof JOB_ACTIONS;
export const JOB_ACTION_NAMES = Object.keys(JOB_ACTIONS) as JobAction[];

export function actionsOn(state: VisibleJobState): JobAction[] {
  return JOB_ACTION_NAMES.filter((action) =>
    (JOB_ACTIONS[action].from as readonly VisibleJobState[]).includes(state),
  );
}

/** @throws InvalidTransitionError naming the state, and what the state allows */
export function demandAction(action: JobAction, state: VisibleJobState): void {
  const offered = actionsOn(state);
  if (offered.includes(action)) return;
  const rest =
    offered.length > 0
      ? `it can be ${offered.map((each) => JOB_ACTIONS[each].done).join(" or ")}`
      : "it stays as it is";
  const message = `A job that is ${state.toLowerCase()} cannot be ${JOB_ACTIONS[action].done}; ${rest}.`;
  const targets = [...new Set(offered.map((each) => JOB_ACTIONS[each].to))];
  throw new InvalidTransitionError(message, state, JOB_ACTIONS[action].to, targets);
}
