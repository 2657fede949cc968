import * as v from "valibot";

/** Text that can be stored and printed: whole Unicode, and no NUL, which PostgreSQL has no place for. */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** The rule as a check of valibot, for every text that comes from outside. */
export const plainText = v.check<string, string>(
  isPlainText,
  "Must be text: it has NUL characters or broken Unicode in it.",
);
