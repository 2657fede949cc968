import type { Entry, Facets } from "./audit.gql";
import { actionGroups, kindLabels, outcomeLabels } from "./audit.model";
import type { KnownValues } from "./query.model";

const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase());
const distinct = (values: readonly (string | null | undefined)[]) => [
  ...new Set(values.filter((value): value is string => Boolean(value))),
];

/** What the search box can suggest: what has been counted, and who and what is on screen. */
export function knownValues(facets: Facets | undefined, rows: readonly Entry[]): KnownValues {
  const actions = facets?.actions ?? [];
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const times = ["today", "yesterday", "24h", "7d", "30d", day(2)];
  return {
    actor: distinct(["me", ...rows.map(({ actor }) => actor.email)]),
    action: [...actionGroups(actions).map(({ value }) => `${value}.*`), ...actions.map(({ value }) => value)],
    outcome: lower(Object.keys(outcomeLabels)),
    kind: lower(Object.keys(kindLabels)),
    target: distinct((facets?.resourceTypes ?? []).map(({ value }) => value)),
    after: times,
    before: times,
  };
}
