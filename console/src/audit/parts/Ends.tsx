import { Show } from "solid-js";
import { useUrlState } from "../../lib/url-state";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/States";
import { rangeWords, type Ask } from "../audit.model";
import { mostRows } from "../log.model";

const allTime = { range: "all", from: undefined, to: undefined } as const;
const isAllTime = (ask: Ask) => ask.range === "all" && !ask.from;

/** What lies behind the last row: more time, or what retention has left. */
export function End(props: { ask: Ask; rows: number }) {
  const url = useUrlState();
  return (
    <Show
      when={props.rows < mostRows}
      fallback={<span>More are not shown at once. Choose a shorter time or search for less.</span>}
    >
      <Show
        when={isAllTime(props.ask)}
        fallback={
          <>
            <span>That is all of {rangeWords(props.ask)}.</span>
            <Button small tone="quiet" onClick={() => url.set(allTime)}>
              Look at all time
            </Button>
          </>
        }
      >
        <span>
          That is all that is kept. Nobody can change an entry; retention alone takes whole months away, and
          says so.
        </span>
      </Show>
    </Show>
  );
}

/** Why there is nothing: nothing was asked for in vain, or nothing has happened. */
export function Nothing(props: { ask: Ask }) {
  const url = useUrlState();
  return (
    <Show
      when={props.ask.query}
      fallback={
        <Empty
          title={
            isAllTime(props.ask) ? "Nothing is on record yet" : `Nothing happened in ${rangeWords(props.ask)}`
          }
          text="Every sign-in, every change and every refusal appears here by itself, as it happens."
        >
          <Show when={!isAllTime(props.ask)}>
            <Button onClick={() => url.set(allTime)}>Look at all time</Button>
          </Show>
        </Empty>
      }
    >
      <Empty
        title="No entry matches"
        text={`Nothing in ${rangeWords(props.ask)} is like that. Try fewer words, or a longer time.`}
      >
        <Button onClick={() => url.set({ q: undefined })}>Clear the search</Button>
        <Show when={!isAllTime(props.ask)}>
          <Button onClick={() => url.set(allTime)}>Look at all time</Button>
        </Show>
      </Empty>
    </Show>
  );
}
