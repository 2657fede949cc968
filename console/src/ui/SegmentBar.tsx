import { For } from "solid-js";
import { bucketColour, segmentsOf, type Accounting } from "../lib/accounting";
import { count } from "../lib/format";

/** What became of everybody in an audience, as one bar. No transitions: it changes while people watch. */
export function SegmentBar(props: { accounting: Accounting; big?: boolean; label: string }) {
  const segments = () => segmentsOf(props.accounting);
  const words = () => segments().map((each) => `${count(each.count)} ${each.label.toLowerCase()}`);
  return (
    <div
      class="segments"
      data-big={props.big ? "" : undefined}
      role="img"
      aria-label={`${props.label}: ${words().join(", ") || "nobody yet"}`}
    >
      <For each={segments()}>
        {(segment) => (
          <i
            style={{ "flex-grow": segment.count, "--c": bucketColour(segment.bucket) }}
            title={`${segment.label}: ${count(segment.count)}`}
          />
        )}
      </For>
    </div>
  );
}
