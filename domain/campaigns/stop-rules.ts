import * as v from "valibot";

/** What ends a lead's sequence beside what always does: replies, unsubscribes, bounces and complaints. */
export interface StopRules {
  /** A reply of one lead ends the sequences of all leads of the same company. */
  readonly onCompanyReply: boolean;
  /** A goal that is reached ends the lead's sequence. */
  readonly onGoal: boolean;
}

export const DEFAULT_STOP_RULES: StopRules = { onCompanyReply: false, onGoal: true };

/** What is left out is as by default. */
export const StopRulesField = v.nullish(
  v.object({
    onCompanyReply: v.nullish(v.boolean(), DEFAULT_STOP_RULES.onCompanyReply),
    onGoal: v.nullish(v.boolean(), DEFAULT_STOP_RULES.onGoal),
  }),
  { ...DEFAULT_STOP_RULES },
);
