import type { Failure } from "../../api/failure";
import type { Limit } from "../limits.gql";

export const sides = ["warning", "critical"] as const;
export type Side = (typeof sides)[number];

/** What is typed into the two fields of a signal. */
export type Typed = Record<string, Record<Side, string>>;

export const typedOf = (limits: readonly Limit[]): Typed =>
  Object.fromEntries(
    limits.map(({ signal, warning, critical }) => [
      signal,
      { warning: String(warning), critical: String(critical) },
    ]),
  );

const numberOf = (text: string | undefined) => (text?.trim() ? Number(text) : Number.NaN);

/** The signals of which a limit was changed, in their order, with what was typed as numbers. */
export const changed = (limits: readonly Limit[], typed: Typed) =>
  limits.flatMap((limit) => {
    const [warning, critical] = sides.map((side) => numberOf(typed[limit.signal]?.[side]));
    if (warning === limit.warning && critical === limit.critical) return [];
    return [{ signal: limit.signal, warning: warning ?? Number.NaN, critical: critical ?? Number.NaN }];
  });

type Changed = ReturnType<typeof changed>;

/** By signal, what is wrong with its limits. */
export type Faults = Record<string, string>;

export const noNumbers = (changes: Changed): Faults =>
  Object.fromEntries(
    changes
      .filter(({ warning, critical }) => !Number.isFinite(warning) || !Number.isFinite(critical))
      .map(({ signal }) => [signal, "Enter a number for both limits."]),
  );

/** Issues name a limit by its place in what was sent: "thresholds.0.warning". */
export function faultsOf(failure: Failure | undefined, sent: Changed): Faults {
  const placed = (failure?.issues ?? []).flatMap(({ path, message }) => {
    const place = /^thresholds\.(\d+)/.exec(path)?.[1];
    const signal = place === undefined ? undefined : sent[Number(place)]?.signal;
    return signal ? [[signal, message] as const] : [];
  });
  return Object.fromEntries(placed);
}
