import { For, Show } from "solid-js";
import { count } from "../../lib/format";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import type { Stream } from "./settings.gql";
import { kindLabels, standing } from "./settings.model";
import styles from "./AuditSettings.module.css";

/** Every stream with where it leads, how far it has come, and how it stands. */
export const StreamTable = (props: {
  streams: readonly Stream[];
  open: string;
  onOpen: (id: string) => void;
}) => (
  <div class="table-scroll" tabindex="-1">
    <table class="table" aria-label="Streams out">
      <thead>
        <tr>
          <th scope="col">Where to</th>
          <th scope="col" data-wide>
            Delivered
          </th>
          <th scope="col" data-wide data-end>
            Waiting
          </th>
          <th scope="col" data-end>
            State
          </th>
        </tr>
      </thead>
      <tbody>
        <For each={props.streams.map(({ id }) => id)}>
          {(id) => (
            <Show when={props.streams.find((stream) => stream.id === id)}>
              {(stream) => (
                <Row stream={stream()} isOpen={props.open === id} onOpen={() => props.onOpen(id)} />
              )}
            </Show>
          )}
        </For>
      </tbody>
    </table>
  </div>
);

const Row = (props: { stream: Stream; isOpen: boolean; onOpen: () => void }) => (
  <tr data-open={props.isOpen ? "" : undefined}>
    <td class={styles.where}>
      <button
        type="button"
        class="rowlink clip"
        title={props.stream.url}
        data-row={props.stream.id}
        onClick={() => props.onOpen()}
      >
        {props.stream.url}
      </button>
      <small>{kindLabels[props.stream.kind]}</small>
    </td>
    <td class="dim" data-wide>
      <Show when={props.stream.deliveredAt} fallback="Nothing yet">
        {(at) => (
          <>
            <span class="num">up to number {count(props.stream.cursorSeq)}</span>, <Time at={at()} />
          </>
        )}
      </Show>
    </td>
    <td class="num" data-wide data-end>
      {count(props.stream.waiting)}
    </td>
    <td data-end>
      <Tag tone={standing(props.stream).tone} title={props.stream.lastError ?? undefined}>
        {standing(props.stream).word}
      </Tag>
    </td>
  </tr>
);
