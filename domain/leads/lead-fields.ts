import * as v from "valibot";
import { EmailField } from "../email-field.js";
import { plainText } from "../plain-text.js";

/** The fields of a lead that a caller may fill, with their rules; a CSV row goes through the same. */
const LONGEST = 200;

const optionalText = v.nullish(
  v.pipe(
    v.string(),
    plainText,
    v.trim(),
    v.maxLength(LONGEST, `Must have at most ${LONGEST} characters.`),
    v.transform((text) => (text === "" ? null : text)),
  ),
);

/** An IANA zone name such as Europe/Lisbon. */
function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const RESERVED_NAMES = new Set(["__proto__", "constructor", "prototype", "custom"]);
export const CUSTOM_FIELD_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]{0,63}$/u;
export const isCustomFieldName = (name: string): boolean =>
  CUSTOM_FIELD_NAME.test(name) && !RESERVED_NAMES.has(name);

const CustomFields = v.pipe(
  v.record(
    v.string(),
    v.nullable(
      v.union([
        v.pipe(v.string(), plainText, v.maxLength(2000, "A custom field has at most 2,000 characters.")),
        v.pipe(v.number(), v.finite("Must be a number that can be written down.")),
        v.boolean(),
      ]),
    ),
  ),
  v.check((fields) => Object.keys(fields).length <= 100, "A lead has at most 100 custom fields."),
  v.check(
    (fields) => Object.keys(fields).every(isCustomFieldName),
    "A custom field's name starts with a letter, digit or _ and has at most 64 characters.",
  ),
);

export const LeadFields = v.object({
  email: EmailField,
  firstName: optionalText,
  lastName: optionalText,
  company: optionalText,
  title: optionalText,
  timezone: v.nullish(
    v.pipe(
      v.string(),
      v.trim(),
      v.check((name) => name === "" || isTimeZone(name), "Must be an IANA time zone such as Europe/Lisbon."),
      v.transform((name) => (name === "" ? null : name)),
    ),
  ),
  customFields: v.nullish(CustomFields),
  tags: v.nullish(
    v.pipe(
      v.array(
        v.pipe(
          v.string(),
          v.trim(),
          v.nonEmpty("A tag must not be empty."),
          v.maxLength(64, "A tag has at most 64 characters."),
        ),
      ),
      v.maxLength(50, "A lead has at most 50 tags."),
    ),
  ),
});
export type LeadFields = v.InferOutput<typeof LeadFields>;
