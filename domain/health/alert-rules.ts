import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { ConflictError, demandVersion, invalid } from "../errors.js";
import { attempted, changesBetween, changesToNothing, type FieldChange } from "../events.js";
import { IdSchema, newId, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { plainText } from "../plain-text.js";
import { lockTenant } from "../teams/index.js";
import { AlertRule } from "./alert-rule.entity.js";
import { SIGNAL_NAMES, SIGNALS, type SignalName } from "./signals.js";

/** So many rules an organisation: all of them are judged every five seconds. */
const MOST_RULES = 50;
const LONGEST_MUTE_DAYS = 366;

const RuleName = v.pipe(
  v.string(),
  plainText,
  v.trim(),
  v.nonEmpty("Enter a name."),
  v.maxLength(100, "A rule's name has at most 100 characters."),
  v.check((name) => !/\p{Cc}/u.test(name), "A rule's name is a single line."),
);
const ThresholdField = v.pipe(v.number(), v.finite(), v.minValue(0, "threshold must not be negative."));
const ForSeconds = v.pipe(
  v.number(),
  v.integer("forSeconds must be a whole number."),
  v.minValue(0, "forSeconds must not be negative."),
  v.maxValue(86_400, "forSeconds must be at most 86400, a day."),
);

/**
 * Makes a rule: told when the signal is over the threshold for so long, and when it is not any more. Writes alert_rule;
 * emits settings.updated. Throws CONFLICT when the name is taken or there are 50 rules, BAD_USER_INPUT.
 */
export const createAlertRule = command({
  name: "createAlertRule",
  permission: "system:settings",
  input: v.object({
    name: RuleName,
    signal: v.picklist(SIGNAL_NAMES, `signal must be one of ${SIGNAL_NAMES.join(", ")}.`),
    threshold: ThresholdField,
    forSeconds: ForSeconds,
    isEnabled: v.nullish(v.boolean()),
  }),
  audits: attempted("settings.updated"),
  async run(op, { isEnabled, ...given }): Promise<{ ruleId: Id }> {
    demandReach(given.signal, given.threshold);
    const id = newId();
    await demandFreeName(op, id, given.name);
    const facts = { ...given, isEnabled: isEnabled ?? true };
    const rule = { id, tenantId: op.tenantId, ...facts, mutedUntil: null, ...calm(op), version: 1 };
    op.em.create(AlertRule, { ...rule, createdBy: selfOf(op), createdAt: op.now }, { persist: true });
    await tell(op, { id, name: given.name }, changesBetween({}, facts));
    return { ruleId: id };
  },
});

/**
 * Changes what is given. A rule that is switched off forgets its state; an alert that goes on under the new threshold
 * goes on. Writes alert_rule, alert_event; emits settings.updated. Throws NOT_FOUND, CONFLICT, BAD_USER_INPUT.
 */
export const updateAlertRule = command({
  name: "updateAlertRule",
  permission: "system:settings",
  input: v.object({
    ruleId: IdSchema,
    name: v.nullish(RuleName),
    threshold: v.nullish(ThresholdField),
    forSeconds: v.nullish(ForSeconds),
    isEnabled: v.nullish(v.boolean()),
    expectedVersion: v.nullish(v.number()),
  }),
  audits: attempted("settings.updated", "alert_rule", "ruleId"),
  async run(op, { ruleId, expectedVersion, ...wanted }): Promise<{ ruleId: Id }> {
    const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value != null)) as Partial<
      Pick<AlertRule, "name" | "threshold" | "forSeconds" | "isEnabled">
    >;
    if (given.name !== undefined) await demandFreeName(op, ruleId, given.name);
    const rule = await op.lock(AlertRule, "alert rule", ruleId);
    demandVersion("alert rule", rule.version, expectedVersion);
    if (given.threshold !== undefined) demandReach(rule.signal, given.threshold);
    const changes = changesBetween<object>(rule, given);
    if (changes.length === 0) return { ruleId };
    if (given.isEnabled === false) await calmDown(op, rule);
    Object.assign(rule, given, { version: rule.version + 1 });
    await tell(op, rule, changes);
    return { ruleId };
  },
});

/** Takes a rule away; what it has told stays on record. Writes alert_rule, alert_event; emits settings.updated. Throws NOT_FOUND. */
export const deleteAlertRule = command({
  name: "deleteAlertRule",
  permission: "system:settings",
  input: v.object({ ruleId: IdSchema }),
  audits: attempted("settings.updated", "alert_rule", "ruleId"),
  async run(op, { ruleId }): Promise<{ ruleId: Id }> {
    const rule = await op.lock(AlertRule, "alert rule", ruleId);
    await calmDown(op, rule);
    op.em.remove(rule);
    const { name, signal, threshold, forSeconds, isEnabled } = rule;
    await tell(op, rule, changesToNothing({ name, signal, threshold, forSeconds, isEnabled }));
    return { ruleId };
  },
});

/**
 * Until then alerts of the rule are recorded and nobody is told; null: tell again. Writes alert_rule; emits
 * settings.updated. Throws NOT_FOUND, BAD_USER_INPUT for a time that has passed or is more than a year away.
 */
export const muteAlertRule = command({
  name: "muteAlertRule",
  permission: "system:settings",
  input: v.object({ ruleId: IdSchema, until: v.nullish(v.date()) }),
  audits: attempted("settings.updated", "alert_rule", "ruleId"),
  async run(op, { ruleId, until }): Promise<{ ruleId: Id }> {
    const mutedUntil = until ?? null;
    if (mutedUntil !== null) demandNear(op, mutedUntil);
    const rule = await op.lock(AlertRule, "alert rule", ruleId);
    const changes = changesBetween<object>(rule, { mutedUntil });
    if (changes.length === 0) return { ruleId };
    Object.assign(rule, { mutedUntil, version: rule.version + 1 });
    await tell(op, rule, changes);
    return { ruleId };
  },
});

const calm = (op: UnitOfWork) => ({ state: "OK" as const, stateSince: op.now });

const CLOSE = statement<object>(
  "health_close_alert",
  "update alert_event set recovered_at = now() where tenant_id = $1 and rule_id = $2 and recovered_at is null",
);

/** Nobody is told: whoever switches a rule off knows. */
async function calmDown(op: UnitOfWork, rule: AlertRule): Promise<void> {
  Object.assign(rule, calm(op));
  await op.query(CLOSE, [op.tenantId, rule.id]);
}

async function tell(
  op: UnitOfWork,
  { id, name }: Pick<AlertRule, "id" | "name">,
  changes: FieldChange[],
): Promise<void> {
  await op.emit("settings.updated", { targets: [{ type: "alert_rule", id, label: name }], changes });
}

function demandReach(signal: SignalName, threshold: number): void {
  const { label, unit, most } = SIGNALS[signal];
  if (threshold >= most)
    throw invalid(
      ["threshold"],
      "range",
      `${label}: threshold must be less than ${most} ${unit}, or it is never passed.`,
      threshold,
    );
}

function demandNear(op: UnitOfWork, until: Date): void {
  const ms = until.getTime() - op.now.getTime();
  if (ms <= 0) throw invalid(["until"], "range", "until must be in the future.", until.toISOString());
  if (ms > LONGEST_MUTE_DAYS * 86_400_000)
    throw invalid(["until"], "range", "until must be within a year.", until.toISOString());
}

const NAMES = statement<{ id: Id; isSame: boolean }>(
  "alert_rule_names",
  `select id, lower(name) = lower($2) as "isSame" from alert_rule where tenant_id = $1 and id <> $3`,
);

/** Of two who come at the same moment the second waits, and then sees what the first did. */
async function demandFreeName(op: UnitOfWork, id: Id, name: string): Promise<void> {
  await lockTenant(op);
  const others = await op.query(NAMES, [op.tenantId, name, id]);
  if (others.some(({ isSame }) => isSame))
    throw new ConflictError(`There is a rule named “${name}” already.`, ["name"]);
  if (others.length >= MOST_RULES)
    throw new ConflictError(`There are ${MOST_RULES} rules already; change or delete one.`, ["name"]);
}
