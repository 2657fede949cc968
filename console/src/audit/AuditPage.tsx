import { createQuery } from "@urql/solid";
import { createMemo, createSignal, lazy, onCleanup, Show, Suspense } from "solid-js";
import { failureOfError } from "../api/failure";
import { usePageKeys } from "../app/keys";
import { useUrlState } from "../lib/url-state";
import { askOf, filterOf, isOpenEnded } from "./audit.model";
import { createCounts } from "./create-counts";
import { createLog } from "./create-log";
import { createTail } from "./create-tail";
import { knownValues } from "./known";
import { written } from "./query.model";
import { Chips } from "./parts/Chips";
import { End, Nothing } from "./parts/Ends";
import { EntryTable } from "./parts/EntryTable";
import { Facets } from "./parts/Facets";
import { Head } from "./parts/Head";
import { QueryBox } from "./parts/QueryBox";
import { RangePicker } from "./parts/RangePicker";
import { Views } from "./parts/Views";
import { Volume } from "./parts/Volume";
import { createTimesChoice } from "./times";
import { ViewsQuery } from "./views.gql";
import styles from "./Audit.module.css";

const EntrySheet = lazy(async () => ({ default: (await import("./parts/EntrySheet")).EntrySheet }));
const VerifySheet = lazy(async () => ({ default: (await import("./parts/VerifySheet")).VerifySheet }));
const SaveViewModal = lazy(async () => ({ default: (await import("./parts/SaveViewModal")).SaveViewModal }));

/** Is there room for the filters beside the list? Else they fold. */
function createWide() {
  const narrow = matchMedia("(max-width: 1000px)");
  const [isWide, setWide] = createSignal(!narrow.matches);
  const look = () => setWide(!narrow.matches);
  narrow.addEventListener("change", look);
  onCleanup(() => narrow.removeEventListener("change", look));
  return isWide;
}

/** Everything that was done, as it is done: searched, counted, proved and taken along. */
export function AuditPage() {
  const url = useUrlState();
  // As reports of errors write it.
  const requestId = url.get("requestId");
  if (requestId) url.set({ q: `request:${written(requestId)}`, range: "all", requestId: undefined });
  const ask = createMemo(() => askOf(url.get));
  // A range is a moment from when it was chosen on: with a new one each time the list would never be at rest.
  const chosenAt = createMemo<number>(() => (ask().range, ask().from, ask().to, Date.now()));
  const filter = createMemo(() => filterOf(ask(), chosenAt()));
  const tail = createTail(() => url.get("entry") !== "");
  const counts = createCounts(ask, filter, chosenAt);
  const log = createLog({
    filter,
    isOpen: () => isOpenEnded(ask()),
    isPaused: tail.isPaused,
    onEntry: counts.take,
    onReload: counts.again,
  });
  const [views, refetchViews] = createQuery({ query: ViewsQuery, requestPolicy: "cache-and-network" });
  const againViews = () => refetchViews({ requestPolicy: "network-only" });
  const [isSaving, setSaving] = createSignal(false);
  const times = createTimesChoice();
  const isWide = createWide();
  const search = (query: string) => url.set({ q: query || undefined });
  const zoom = (to: { from: number; to: number } | undefined) =>
    url.set(
      to
        ? {
            from: new Date(to.from).toISOString(),
            to: to.to < Date.now() ? new Date(to.to).toISOString() : undefined,
          }
        : { from: undefined, to: undefined },
      { push: true },
    );
  /** Of all time: what belongs together need not be of one week. */
  const pivot = (query: string) =>
    url.set(
      { q: query, range: "all", from: undefined, to: undefined, entry: undefined, verify: undefined },
      { push: true },
    );
  const showNew = () => {
    tail.resume();
    tail.setScrolled(false);
    document.querySelector("#audit-entries")?.scrollIntoView({ block: "start" });
  };
  const fault = () => {
    const error = log.error();
    const failure = error && failureOfError(error);
    return failure?.code === "BAD_USER_INPUT" ? failure.message : undefined;
  };
  const isKept = () => views.data?.auditViews.some((view) => view.query === ask().query) ?? true;
  usePageKeys({ p: tail.toggle, v: () => url.set({ verify: "1" }) });
  return (
    <>
      <Head
        ask={ask()}
        facets={counts.facets()}
        from={filter().from}
        tail={tail}
        held={log.held()}
        onVerify={() => url.set({ verify: "1" })}
      />
      <div class={styles.controls}>
        <QueryBox
          value={ask().query}
          onValue={search}
          known={knownValues(counts.facets(), log.rows())}
          error={fault()}
        />
        <RangePicker ask={ask()} />
      </div>
      <Chips query={ask().query} onQuery={search} onSave={isKept() ? undefined : () => setSaving(true)} />
      <div class={styles.body}>
        <details class={styles.rail} open={isWide()}>
          <summary>Views and filters</summary>
          <Views
            views={views.data?.auditViews ?? []}
            query={ask().query}
            onQuery={search}
            again={againViews}
          />
          <Facets
            facets={counts.facets()}
            isCounting={counts.isCounting()}
            query={ask().query}
            onQuery={search}
          />
        </details>
        <div class={styles.main}>
          <Volume of={counts} isZoomed={ask().from !== undefined} onZoom={zoom} />
          <div class="card" data-flush id="audit-entries">
            <EntryTable
              log={log}
              error={fault() ? undefined : log.error()}
              open={url.get("entry")}
              onOpen={(entry) => url.set({ entry }, { push: true })}
              isRelative={times.isRelative()}
              onRelative={times.setRelative}
              onScrolled={tail.setScrolled}
              showNew={showNew}
              empty={<Nothing ask={ask()} />}
              end={<End ask={ask()} rows={log.rows().length} />}
            />
          </div>
        </div>
      </div>
      <Suspense>
        <Show when={url.get("verify")}>
          <VerifySheet
            onEntry={(entry) => url.set({ entry }, { push: true })}
            onClose={() => url.set({ verify: undefined })}
          />
        </Show>
        <Show when={url.get("entry")}>
          {(id) => (
            <EntrySheet
              id={id()}
              rows={log.rows()}
              onMove={(entry) => url.set({ entry })}
              onSearch={pivot}
              onClose={() => url.set({ entry: undefined })}
            />
          )}
        </Show>
        <Show when={isSaving()}>
          <SaveViewModal query={ask().query} onSaved={againViews} onClose={() => setSaving(false)} />
        </Show>
      </Suspense>
    </>
  );
}
