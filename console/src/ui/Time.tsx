import { now } from "../lib/clock";
import { ago, dateTime, exactTime } from "../lib/format";

/** A moment: relative for reading, exact (own zone and UTC) on hover. `exact` writes the clock time itself. */
export const Time = (props: { at: string; exact?: boolean }) => (
  <time datetime={props.at} title={exactTime(props.at)} class="num">
    {props.exact ? dateTime(props.at) : ago(props.at, now())}
  </time>
);
