import { For, Show } from "solid-js";
import {
  addsUp,
  bucketColour,
  progressOf,
  progressWords,
  segmentsOf,
  type Progressing,
  type Segment,
} from "../../lib/accounting";
import { count, plural, sentence, share } from "../../lib/format";
import { CircleCheck } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { SegmentBar } from "../../ui/SegmentBar";
import { Problem } from "../../ui/States";
import styles from "../Campaigns.module.css";

/** Where everybody of the audience stands. The parts always sum to the audience, and the card says so. */
export function AccountingCard(props: {
  accounting: Progressing & { planning: boolean };
  isDraft: boolean;
  selected: string;
  onSelect: (bucket: string | undefined) => void;
}) {
  const segments = () => segmentsOf(props.accounting);
  return (
    <Card
      title={props.isDraft ? "What a launch would do now" : "Everybody accounted for"}
      aside={<b class={styles.audience}>{plural(props.accounting.audience, "person", "people")}</b>}
    >
      <SegmentBar accounting={props.accounting} big label="Audience" />
      <ul class={styles.buckets}>
        <For each={segments()}>
          {(segment) => (
            <BucketLine
              segment={segment}
              audience={props.accounting.audience}
              selected={props.selected === segment.bucket}
              onSelect={props.onSelect}
            />
          )}
        </For>
      </ul>
      <Sum accounting={props.accounting} segments={segments()} />
      <Show when={props.accounting.mails}>
        <div class={styles.inmails}>
          <SegmentBar accounting={progressOf(props.accounting)} label="Mails" />
          <small class="num">{progressWords(props.accounting)}</small>
        </div>
      </Show>
    </Card>
  );
}

const BucketLine = (props: {
  segment: Segment;
  audience: number;
  selected: boolean;
  onSelect: (bucket: string | undefined) => void;
}) => (
  <li>
    <button
      type="button"
      aria-pressed={props.selected}
      disabled={props.segment.bucket === "STOPPED"}
      onClick={() => props.onSelect(props.selected ? undefined : props.segment.bucket)}
    >
      <i class="swatch" style={{ "--c": bucketColour(props.segment.bucket) }} />
      <span>{props.segment.label}</span>
      <b class="num">{count(props.segment.count)}</b>
      <small class="num">{share(props.segment.count, props.audience)}</small>
    </button>
    <For each={props.segment.reasons}>
      {(each) => (
        <small class={styles.reason}>
          <span>{sentence(each.reason)}</span> <span class="num">{count(each.count)}</span>
        </small>
      )}
    </For>
  </li>
);

const Sum = (props: { accounting: Progressing & { planning: boolean }; segments: Segment[] }) => (
  <Show
    when={!props.accounting.planning}
    fallback={
      <p class={styles.sum} role="status">
        The audience is still being written down; the numbers grow until it is complete.
      </p>
    }
  >
    <Show
      when={addsUp(props.accounting)}
      fallback={
        <Problem
          tone="warn"
          message={`The parts do not add up to ${count(props.accounting.audience)}. Reload; if it stays, report it: this must never be.`}
        />
      }
    >
      <p class={styles.sum}>
        <CircleCheck size={14} aria-hidden="true" />
        <span class="num">
          {props.segments.map((each) => `${count(each.count)} ${each.label.toLowerCase()}`).join(" + ") ||
            "0"}{" "}
          = {count(props.accounting.audience)}. Nobody is missing.
        </span>
      </p>
    </Show>
  </Show>
);
