import * as v from "valibot";
import { EmailField } from "../email-field.js";
import { plainText } from "../plain-text.js";

/** Numbers as the planner and the claim keep them; null: no limit. */
export const limitField = (name: string, most: number) =>
  v.nullish(
    v.pipe(
      v.number(),
      v.integer(`${name} must be a whole number.`),
      v.minValue(1, `${name} must be at least 1; leave it out for no limit.`),
      v.maxValue(most, `${name} must be at most ${most.toLocaleString("en")}.`),
    ),
    null,
  );
export const MOST_AN_HOUR = 10_000_000;
export const MOST_A_DAY = 100_000_000;

export const SenderFields = {
  address: EmailField,
  name: v.pipe(
    v.string(),
    plainText,
    v.trim(),
    v.nonEmpty("Enter a name: it stands before the address in every mail."),
    v.maxLength(100, "A sender's name has at most 100 characters."),
    v.check((name) => !/\p{Cc}/u.test(name), "A sender's name is a single line."),
  ),
  replyTo: v.nullish(
    v.union([
      v.pipe(
        v.literal(""),
        v.transform(() => null),
      ),
      EmailField,
    ]),
    null,
  ),
  postalAddress: v.nullish(
    v.pipe(
      v.string(),
      plainText,
      v.maxLength(500, "The postal address has at most 500 characters."),
      v.transform((value) => (value.trim() === "" ? null : value)),
    ),
    null,
  ),
  perHour: limitField("perHour", MOST_AN_HOUR),
  perDay: limitField("perDay", MOST_A_DAY),
  gapSeconds: v.nullish(
    v.pipe(
      v.number(),
      v.integer("gapSeconds must be a whole number."),
      v.minValue(0, "gapSeconds must not be negative."),
      v.maxValue(3600, "gapSeconds must be at most 3600, an hour."),
    ),
    0,
  ),
};
