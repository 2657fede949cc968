import { createSignal, createUniqueId, For, Show } from "solid-js";
import { useSend, type Change } from "../../api/send";
import { count, plural, share, shortCount } from "../../lib/format";
import { Bar } from "../../ui/Bar";
import { Button } from "../../ui/Button";
import { Pause, Play, RotateCcw } from "../../ui/icons";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/toast";
import { BulkQuestion } from "../BulkQuestion";
import { queueLabels, spanOrDash, wholeSpan } from "../jobs.model";
import type { JobState } from "../jobs.gql";
import { useBulk } from "../use-bulk";
import { Places } from "./Places";
import { perMinute, waitTone } from "./queue.model";
import { PauseQueue, ResumeQueue, type Queue } from "./queues.gql";
import { TickBars } from "./TickBars";
import styles from "./Queues.module.css";

interface CardProps {
  queue: Queue;
  limits: { warning: number; critical: number };
  selected: boolean;
  onSelect: () => void;
  onState: (state: JobState) => void;
  /** Asks for the queues anew. */
  again: () => Promise<void> | void;
}

/** One queue: how late it is, how it moves, and the switches that stop or widen it. */
export function QueueCard(props: CardProps) {
  const id = createUniqueId();
  const { send, busy } = useSend();
  const label = () => queueLabels[props.queue.name] ?? props.queue.name;
  const turn = async () => {
    const { name, paused } = props.queue;
    const change: Change<{ name: string }> = paused ? ResumeQueue : PauseQueue;
    const { failure } = await send(change, { name });
    const words = paused ? "resumed" : "paused";
    if (failure) toast(`${label()} not ${words}`, failure.message, "bad");
    else toast(`${label()} ${words}`);
  };
  return (
    <section
      class={`card ${styles.card}`}
      aria-labelledby={id}
      data-selected={props.selected ? "" : undefined}
      data-paused={props.queue.paused ? "" : undefined}
    >
      <header class={styles.head}>
        <h2 id={id}>
          <button type="button" aria-pressed={props.selected} onClick={() => props.onSelect()}>
            {label()}
          </button>
        </h2>
        <span class="num dim">{count(perMinute(props.queue.throughput))} a minute</span>
        <Show when={!props.queue.paused}>
          <Button
            small
            icon={Pause}
            busy={busy()}
            onClick={() => void turn()}
            aria-label={`Pause ${label()}`}
          >
            Pause
          </Button>
        </Show>
      </header>
      <Show when={props.queue.paused}>
        <div class={styles.paused}>
          <span>
            <b>Paused</b> <PausedBy queue={props.queue} />
          </span>
          <Button
            small
            icon={Play}
            busy={busy()}
            onClick={() => void turn()}
            aria-label={`Resume ${label()}`}
          >
            Resume
          </Button>
        </div>
      </Show>
      <div class={styles.main}>
        <Oldest queue={props.queue} limits={props.limits} />
        <TickBars ticks={props.queue.throughput} />
      </div>
      <Counts queue={props.queue} label={label()} onState={props.onState} />
      <Busy queue={props.queue} />
      <div class={styles.rates}>
        <dl>
          <dt>Failed, last hour</dt>
          <dd class="num" data-tone={props.queue.failureRate >= 0.05 ? "bad" : undefined}>
            {share(props.queue.failureRate, 1)}
          </dd>
          <dt>95% run within</dt>
          <dd class="num">{spanOrDash(props.queue.p95RunMs)}</dd>
        </dl>
        <Show when={props.queue.failed > 0}>
          <RetryAll queue={props.queue} label={label()} again={props.again} />
        </Show>
      </div>
      <footer class={styles.foot}>
        <Places queue={props.queue} again={props.again} />
      </footer>
    </section>
  );
}

const PausedBy = (props: { queue: Queue }) => (
  <>
    <Show when={props.queue.pausedAt}>{(at) => <Time at={at()} />}</Show>
    <Show when={props.queue.pausedBy}>{(who) => <> by {who()}</>}</Show>. Nothing is taken from it.
  </>
);

const toneWords = { plain: "", ok: "", accent: "", warn: "Late", bad: "Very late" } as const;

/** The number that matters: how long the oldest has waited, coloured from the installation's limits on. */
const Oldest = (props: { queue: Queue; limits: { warning: number; critical: number } }) => {
  const tone = () => waitTone(props.queue.oldestWaitingSeconds, props.limits);
  return (
    <div class={styles.oldest} data-tone={tone()}>
      <b class="num">
        <Show when={props.queue.oldestWaitingSeconds !== null} fallback="–">
          {wholeSpan(props.queue.oldestWaitingSeconds ?? 0)}
        </Show>
      </b>
      <small>
        <Show when={props.queue.oldestWaitingSeconds !== null} fallback="nothing waits">
          oldest waiting
        </Show>
        <Show when={toneWords[tone()]}>
          {(word) => (
            <Tag tone={tone()} title={`From ${wholeSpan(props.limits.warning)} on`}>
              {word()}
            </Tag>
          )}
        </Show>
      </small>
    </div>
  );
};

const counts = [
  { label: "Waiting", state: "WAITING", of: (queue: Queue) => queue.waiting },
  { label: "Active", state: "ACTIVE", of: (queue: Queue) => queue.active },
  { label: "Delayed", state: "DELAYED", of: (queue: Queue) => queue.delayed },
  { label: "Failed", state: "FAILED", of: (queue: Queue) => queue.failed },
  { label: "Done, 24 h", state: "SUCCEEDED", of: (queue: Queue) => queue.succeeded },
] as const;

const Counts = (props: { queue: Queue; label: string; onState: (state: JobState) => void }) => (
  <ul class={styles.counts}>
    <For each={counts}>
      {(each) => (
        <li>
          <button
            type="button"
            title={count(each.of(props.queue))}
            onClick={() => props.onState(each.state)}
            data-tone={each.state === "FAILED" && props.queue.failed > 0 ? "bad" : undefined}
          >
            <span>{each.label}</span> <b class="num">{shortCount(each.of(props.queue))}</b>{" "}
            <span class="sr">in {props.label}: show them</span>
          </button>
        </li>
      )}
    </For>
  </ul>
);

/** How much of what the workers can do at once is in use. */
const Busy = (props: { queue: Queue }) => (
  <div class={styles.busy}>
    <Bar
      kind="meter"
      label="Busy places"
      share={props.queue.busy / Math.max(1, props.queue.capacity)}
      text={`${props.queue.busy} of ${props.queue.capacity}`}
    />
    <small class="num" data-tone={props.queue.capacity === 0 ? "bad" : undefined}>
      <Show when={props.queue.capacity > 0} fallback="No worker takes from it">
        {count(props.queue.busy)} of {plural(props.queue.capacity, "place")} busy
      </Show>
    </small>
  </div>
);

function RetryAll(props: { queue: Queue; label: string; again: () => Promise<void> | void }) {
  const [asked, setAsked] = createSignal<number>();
  const bulk = useBulk(() => void props.again());
  return (
    <>
      <Button small writes icon={RotateCcw} onClick={() => setAsked(props.queue.failed)}>
        Retry all {count(props.queue.failed)} failed
      </Button>
      <Show when={asked()}>
        {(most) => (
          <BulkQuestion
            action="RETRY"
            count={most()}
            which={`that failed in ${props.label}`}
            progress={bulk.progress()}
            onConfirm={() => bulk.matching("RETRY", [props.queue.name], {}, most())}
            onClose={() => setAsked(undefined)}
          />
        )}
      </Show>
    </>
  );
}
