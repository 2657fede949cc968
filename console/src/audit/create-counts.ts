import { createQuery } from "@urql/solid";
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { unwrap } from "solid-js/store";
import {
  FacetsQuery,
  OldestQuery,
  VolumeQuery,
  type Entry,
  type Facets,
  type Filter,
  type VolumeBucket,
} from "./audit.gql";
import { bucketsOf, withEntry, withEntryInVolume } from "./counts.model";
import { windowOf, type Ask } from "./audit.model";

const lookMs = 30_000;

/** A copy of an answer that the next one does not change under our hands. */
const own = <Value extends object>(answer: Value): Value => structuredClone(unwrap(answer));

/** What the page counts, and counts on as entries come: the facets, and the volume over time. */
export function createCounts(ask: Accessor<Ask>, filter: Accessor<Filter>, chosenAt: Accessor<number>) {
  const variables = () => ({ filter: filter() });
  const [asked, refetchFacets] = createQuery({
    query: FacetsQuery,
    variables,
    requestPolicy: "network-only",
  });
  const [facets, setFacets] = createSignal<Facets>();
  createEffect(() => !asked.fetching && setFacets(asked.data && own(asked.data.auditFacets)));

  // All time begins with the oldest that matches.
  const needsOldest = () => windowOf(ask(), chosenAt()).from === undefined;
  const [oldest, refetchOldest] = createQuery({
    query: OldestQuery,
    variables,
    pause: () => !needsOldest(),
    requestPolicy: "network-only",
  });
  const [anchor, setAnchor] = createSignal(chosenAt());
  createEffect(on(chosenAt, (at) => setAnchor(at), { defer: true }));
  const span = createMemo(() => {
    const { from, to } = windowOf(ask(), anchor());
    const first = oldest.data?.auditLogs.edges[0]?.node.at;
    if (from !== undefined) return { from, to };
    return first && !oldest.fetching ? { from: Date.parse(first), to } : undefined;
  });
  const shape = createMemo(() => {
    const at = span();
    return at && bucketsOf(at.from, at.to);
  });
  const [measured, refetchVolume] = createQuery({
    query: VolumeQuery,
    variables: () => ({
      filter: filter(),
      from: new Date(shape()?.from ?? 0).toISOString(),
      to: new Date(shape()?.to ?? 0).toISOString(),
      buckets: shape()?.buckets ?? 1,
    }),
    pause: () => !shape(),
    requestPolicy: "network-only",
  });
  const [volume, setVolume] = createSignal<VolumeBucket[]>();
  createEffect(() => {
    if (measured.fetching || !measured.data) return;
    setVolume(own(measured.data.auditVolume));
  });

  // As long as somebody looks, now stays at the right end: once in the width of a bucket.
  const timer = setInterval(() => {
    const now = shape();
    const isOver = now && Date.now() - anchor() > Math.max(lookMs, now.widthMs);
    if (isOver && !ask().to && !document.hidden) setAnchor(Date.now());
  }, lookMs);
  onCleanup(() => clearInterval(timer));

  const take = (entry: Entry) => {
    setFacets((now) => now && withEntry(now, entry));
    setVolume((now) => now && withEntryInVolume(now, entry));
  };
  const again = () => {
    refetchFacets({ requestPolicy: "network-only" });
    if (needsOldest()) refetchOldest({ requestPolicy: "network-only" });
    if (shape()) refetchVolume({ requestPolicy: "network-only" });
  };
  return {
    facets,
    isCounting: () => asked.fetching,
    error: () => asked.error,
    volume,
    /** From when to when the volume is, in milliseconds. */
    shape,
    take,
    again,
  };
}

export type Counts = ReturnType<typeof createCounts>;
