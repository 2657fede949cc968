import type { Entry, Facets, VolumeBucket } from "./audit.gql";
import type { Counted } from "./audit.model";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// Widths that people count in; the bars are never thinner than one of them allows.
const widths = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  30 * day,
];
const mostBars = 96;

/** Bars of a round width from a round moment on, so that all of `from … to` is in them. */
export function bucketsOf(from: number, to: number) {
  const wanted = Math.max(to - from, minute) / mostBars;
  const widthMs = widths.find((each) => each >= wanted) ?? Math.ceil(wanted / (30 * day)) * 30 * day;
  const zone = new Date(to).getTimezoneOffset() * minute;
  const first = Math.floor((from - zone) / widthMs) * widthMs + zone;
  const buckets = Math.max(1, Math.ceil((to - first) / widthMs));
  return { from: first, to: first + buckets * widthMs, widthMs, buckets };
}

function counted(values: readonly Counted[], value: string | null): Counted[] {
  if (value === null) return [...values];
  const isIt = (each: Counted) => each.value.toLowerCase() === value.toLowerCase();
  if (!values.some(isIt)) return [...values, { value, count: 1 }];
  return values.map((each) => (isIt(each) ? { ...each, count: each.count + 1 } : each));
}

/** The facets with one more entry. Beyond their cap they only say that there are more. */
export const withEntry = (facets: Facets, entry: Entry): Facets =>
  facets.isCapped
    ? facets
    : {
        ...facets,
        actions: counted(facets.actions, entry.action),
        outcomes: counted(facets.outcomes, entry.outcome),
        actorKinds: counted(facets.actorKinds, entry.actor.kind),
        resourceTypes: counted(facets.resourceTypes, entry.resourceType),
        counted: facets.counted + 1,
      };

/** The bars with one more entry; the last takes what is later than all. */
export function withEntryInVolume(bars: readonly VolumeBucket[], entry: Entry): VolumeBucket[] {
  const at = Date.parse(entry.at);
  const found = bars.findLastIndex((bar) => Date.parse(bar.from) <= at);
  return bars.map((bar, index) =>
    index === found
      ? {
          ...bar,
          count: bar.count + 1,
          denied: bar.denied + (entry.outcome === "DENIED" ? 1 : 0),
          failed: bar.failed + (entry.outcome === "FAILED" ? 1 : 0),
        }
      : bar,
  );
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayOf = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const mostTicks = 8;
const ticksApart = [
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  30 * day,
  90 * day,
  365 * day,
];

/** Round moments below the bars, and where they stand from 0 to 1. */
export function timeTicks(
  shape: { from: number; to: number } | undefined,
): { place: number; label: string }[] {
  if (!shape) return [];
  const span = shape.to - shape.from;
  const apart = ticksApart.find((each) => span / each <= mostTicks) ?? span;
  const zone = new Date(shape.to).getTimezoneOffset() * minute;
  const first = Math.ceil((shape.from - zone) / apart) * apart + zone;
  const many = Math.floor((shape.to - first) / apart) + 1;
  return Array.from({ length: Math.max(0, many) }, (_, index) => first + index * apart)
    .map((at) => ({ at, place: (at - shape.from) / span }))
    .filter(({ place }) => place < 0.97)
    .map(({ at, place }) => {
      const date = new Date(at);
      const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
      return { place, label: apart >= day || isMidnight ? dayOf.format(date) : clock.format(date) };
    });
}
