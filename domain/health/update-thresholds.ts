import * as v from "valibot";
import { command } from "../command.js";
import { demandVersion, InvalidInputError, shown, type InputIssue } from "../errors.js";
import type { EventTarget, FieldChange } from "../events.js";
import { statement, type Reader } from "../operation.js";
import { SIGNAL_NAMES, SIGNALS, type SignalName, type SignalUnit, type Threshold } from "./signals.js";
import { thresholdsWith, type ThresholdChanges } from "./thresholds.js";

/** The limits of one signal, beside those that the product comes with. */
export interface HealthThreshold extends Threshold {
  readonly signal: SignalName;
  readonly label: string;
  readonly unit: SignalUnit;
  readonly defaultWarning: number;
  readonly defaultCritical: number;
  /** Of all limits together: raised by every change. */
  readonly version: number;
}

const LIMITS: EventTarget = { type: "health_thresholds", id: "installation" };

interface Stored {
  readonly changes: ThresholdChanges;
  readonly version: number;
}

const COLUMNS = "health_thresholds as changes, health_thresholds_version as version";
const READ = statement<Stored>("health_thresholds", `select ${COLUMNS} from installation`);
const LOCK = statement<Stored>(
  "health_lock_thresholds",
  `select ${COLUMNS} from installation for no key update`,
);
const WRITE = statement<object>(
  "health_write_thresholds",
  "update installation set health_thresholds = $1::jsonb, health_thresholds_version = health_thresholds_version + 1",
);

/** All limits in force, in the order of the signals. */
export async function readThresholds(reader: Reader): Promise<HealthThreshold[]> {
  const { changes, version } = (await reader.query(READ))[0]!;
  const limits = thresholdsWith(changes);
  return SIGNAL_NAMES.map((signal) => {
    const { label, unit, warning, critical } = SIGNALS[signal];
    return {
      signal,
      label,
      unit,
      ...limits[signal],
      defaultWarning: warning,
      defaultCritical: critical,
      version,
    };
  });
}

const Limit = v.object({
  signal: v.picklist(SIGNAL_NAMES, `signal must be one of ${SIGNAL_NAMES.join(", ")}.`),
  warning: v.pipe(v.number(), v.finite()),
  critical: v.pipe(v.number(), v.finite()),
});
type Limit = v.InferOutput<typeof Limit>;

/**
 * Changes the limits that are given, for the whole installation; the rest stays. In force in every process with its next
 * sample, so within five seconds. Writes installation.health_thresholds; emits settings.updated.
 * Throws BAD_USER_INPUT for limits that contradict themselves, CONFLICT with both versions.
 */
export const updateHealthThresholds = command({
  name: "updateHealthThresholds",
  permission: "system:settings",
  input: v.object({
    thresholds: v.pipe(
      v.array(Limit),
      v.minLength(1, "Give at least one limit."),
      v.maxLength(SIGNAL_NAMES.length, `There are ${SIGNAL_NAMES.length} signals.`),
    ),
    expectedVersion: v.nullish(v.number()),
  }),
  audits: () => ({ action: "settings.updated", targets: [LIMITS] }),
  async run(op, { thresholds, expectedVersion }): Promise<null> {
    demandSense(thresholds);
    const [stored] = await op.query(LOCK);
    demandVersion("health limits", stored!.version, expectedVersion);
    const before = thresholdsWith(stored!.changes);
    const changes = thresholds.flatMap((limit) => changesOf(limit, before[limit.signal]));
    if (changes.length === 0) return null;
    const wanted = thresholds.map(
      ({ signal, warning, critical }) => [signal, { warning, critical }] as const,
    );
    await op.query(WRITE, [JSON.stringify(differing({ ...before, ...Object.fromEntries(wanted) }))]);
    await op.emit("settings.updated", {
      targets: [LIMITS],
      changes,
    });
    return null;
  },
});

/** A later release may come with better limits: only what somebody has decided is stored. */
function differing(limits: Readonly<Record<SignalName, Threshold>>): ThresholdChanges {
  const decided = SIGNAL_NAMES.filter(
    (name) =>
      limits[name].warning !== SIGNALS[name].warning || limits[name].critical !== SIGNALS[name].critical,
  );
  return Object.fromEntries(decided.map((name) => [name, limits[name]]));
}

function changesOf({ signal, ...after }: Limit, before: Threshold): FieldChange[] {
  return (["warning", "critical"] as const)
    .filter((side) => before[side] !== after[side])
    .map((side) => ({ field: `${signal}.${side}`, before: before[side], after: after[side] }));
}

function demandSense(limits: readonly Limit[]): void {
  const issues: InputIssue[] = [];
  const fault = (index: number, field: string, rule: string, message: string, value: unknown) =>
    issues.push({ path: ["thresholds", String(index), field], rule, message, value: shown(value) });
  limits.forEach(({ signal, warning, critical }, index) => {
    const { label, unit, most } = SIGNALS[signal];
    if (limits.findIndex((other) => other.signal === signal) !== index)
      fault(index, "signal", "unique", `${signal} is given twice.`, signal);
    if (warning <= 0) fault(index, "warning", "range", `${label}: warning must be more than 0.`, warning);
    if (critical > most)
      fault(index, "critical", "range", `${label}: critical must be at most ${most} ${unit}.`, critical);
    if (warning >= critical)
      fault(index, "warning", "order", `${label}: warning must be less than critical.`, warning);
  });
  if (issues.length > 0) throw new InvalidInputError(issues);
}
