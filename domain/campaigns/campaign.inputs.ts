import * as v from "valibot";
import { checkTemplate, conversions, TEMPLATE_LENGTH_LIMIT } from "../emails/index.js";
import type { InputIssue } from "../errors.js";
import { EmailField } from "../email-field.js";
import { IdSchema } from "../ids.js";
import { SendScheduleField } from "../planning/index.js";
import { plainText } from "../plain-text.js";
import { StopRulesField } from "./stop-rules.js";

const text = (what: string, most: number) =>
  v.pipe(
    v.string(),
    plainText,
    v.trim(),
    v.nonEmpty(`${what} must not be empty.`),
    v.maxLength(most, `${what} has at most ${most} characters.`),
  );
const oneLine = (what: string, most: number) =>
  v.pipe(
    text(what, most),
    v.check((value) => !/[\r\n]/.test(value), `${what} must be a single line.`),
  );

const LARGEST_BODY = TEMPLATE_LENGTH_LIMIT;
const html = v.pipe(text("The HTML body", LARGEST_BODY), v.string());
/** Optional text; blank counts as left out. */
const optional = (what: string, most: number) =>
  v.nullish(
    v.pipe(
      v.string(),
      plainText,
      v.maxLength(most, `${what} has at most ${most} characters.`),
      v.transform((value) => (value.trim() === "" ? null : value)),
    ),
    null,
  );
const plain = optional("The text part", LARGEST_BODY);

const Variant = v.object({
  subject: oneLine("The subject", 250),
  html,
  text: plain,
  weight: v.nullish(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1, "A weight is from 1 to 100."),
      v.maxValue(100, "A weight is from 1 to 100."),
    ),
    1,
  ),
});

const Step = v.object({
  /** Which one it is; of a running campaign that counts. Left out: the one at its place. */
  id: v.nullish(IdSchema),
  delayMinutes: v.pipe(
    v.number(),
    v.integer("A delay is a whole number of minutes."),
    v.minValue(0, "A delay is 0 or more minutes."),
    v.maxValue(525_600, "A delay is at most a year (525,600 minutes)."),
  ),
  delayBusinessDays: v.nullish(
    v.pipe(
      v.number(),
      v.integer("A delay is a whole number of business days."),
      v.minValue(0, "A delay is 0 or more business days."),
      v.maxValue(250, "A delay is at most 250 business days."),
    ),
    0,
  ),
  subject: oneLine("The subject", 250),
  html,
  text: plain,
  variants: v.nullish(v.pipe(v.array(Variant), v.maxLength(9, "A step has at most 9 variants.")), []),
});
export type StepInput = v.InferOutput<typeof Step>;

export const Steps = v.pipe(
  v.array(Step),
  v.minLength(1, "A campaign has at least one step."),
  v.maxLength(20, "A campaign has at most 20 steps."),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const field of ["delayMinutes", "delayBusinessDays"] as const)
      if (dataset.value.length > 0 && dataset.value[0]![field] !== 0)
        addIssue({
          message: "The first step has no delay: it goes out when the campaign is launched.",
          path: pathTo(dataset.value, 0, field),
        });
  }),
);

const Ids = v.nullish(
  v.pipe(v.array(v.pipe(v.string(), v.uuid())), v.maxLength(1000, "At most 1,000 at once; use a list.")),
  [],
);
export const AudienceInput = v.object({ listIds: Ids, segmentIds: Ids, leadIds: Ids });

/** Tracking is not built yet: asking for it is refused rather than ignored. */
const notYet = (what: string) =>
  v.nullish(v.literal(false, `${what} is not available yet; leave it out or set it to false.`), false);

export const CampaignFields = {
  name: oneLine("The name", 120),
  fromName: oneLine("The sender's name", 100),
  fromEmail: EmailField,
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
  postalAddress: optional("The postal address", 500),
  trackOpens: notYet("Open tracking"),
  trackClicks: notYet("Click tracking"),
  schedule: SendScheduleField,
  stopRules: StopRulesField,
  steps: Steps,
  audience: AudienceInput,
  /** With senders the mails are theirs: fromName, fromEmail, replyTo and postalAddress stay, and are not used. */
  senderIds: v.nullish(
    v.pipe(
      v.array(v.pipe(v.string(), v.uuid("must be an id"))),
      v.maxLength(50, "A campaign has at most 50 senders."),
      v.transform((ids) => [...new Set(ids.map((id) => id.toLowerCase()))]),
    ),
    [],
  ),
  /** Whose campaign it is; left out, that of the only team that its maker belongs to. */
  teamId: v.nullish(v.pipe(v.string(), v.uuid("must be an id"))),
};

/** What is wrong with the templates of the steps: syntax, unknown filters and tags, with the place. */
export async function stepIssues(steps: readonly StepInput[]): Promise<InputIssue[]> {
  const convert = conversions();
  const issues: InputIssue[] = [];
  for (const [at, step] of steps.entries()) {
    const ofVariants = step.variants.map((parts, n) => ({ parts, path: ["variants", String(n)] }));
    for (const { parts, path } of [{ parts: step, path: [] }, ...ofVariants]) {
      await convert(parts.html);
      issues.push(...checkTemplate(parts).map((issue) => placed(issue, ["steps", String(at), ...path])));
    }
  }
  return issues;
}

const placed = (issue: InputIssue, path: readonly string[]): InputIssue => ({
  ...issue,
  path: [...path, ...issue.path],
});

function pathTo(steps: unknown[], at: number, field: string): [v.ArrayPathItem, v.ObjectPathItem] {
  const step = steps[at] as Record<string, unknown>;
  return [
    { type: "array", origin: "value", input: steps, key: at, value: step },
    { type: "object", origin: "value", input: step, key: field, value: step[field] },
  ];
}
