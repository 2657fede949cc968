import { Show } from "solid-js";
import { dateTime } from "../lib/format";
import { Problem } from "./Problem";

/** Says that what is shown has stopped moving, and since when. */
export const StaleNote = (props: { since: number | undefined }) => (
  <Show when={props.since}>
    {(since) => (
      <div style={{ "margin-bottom": "14px" }}>
        <Problem
          tone="warn"
          message={`Not live: the connection is lost. Figures are those of ${dateTime(new Date(since()).toISOString())}; they are fetched anew as soon as it is back.`}
        />
      </div>
    )}
  </Show>
);
