import { A } from "@solidjs/router";
import { Show } from "solid-js";
import { utcTime } from "../../lib/format";
import { fullName } from "../campaigns.model";
import { wallClock } from "./timetable.model";
import styles from "./Timetable.module.css";

interface LeadCell {
  id: string;
  email: string;
  firstName: string | null;
  lastName: string | null;
}

/** Who; a lead that the viewer does not see has no name. */
export const LeadName = (props: { lead: LeadCell | null }) => (
  <Show when={props.lead} fallback={<span class="dim">A lead of another team</span>}>
    {(lead) => (
      <>
        <A class="rowlink clip" href={`/leads?lead=${lead().id}`}>
          {lead().email}
        </A>
        <small class="clip">{fullName(lead())}</small>
      </>
    )}
  </Show>
);

/** What the lead's own clock shows, and where that clock stands; UTC on hover. */
export const LocalTime = (props: { at: string; localTime: string; zone: string }) => (
  <time datetime={props.at} title={utcTime(props.at)} class={`num ${styles.local}`}>
    {wallClock(props.localTime).clock}
    <small>
      {props.zone.replaceAll("_", " ")} ({wallClock(props.localTime).offset})
    </small>
  </time>
);
