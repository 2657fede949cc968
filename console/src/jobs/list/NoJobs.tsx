import { Match, Switch } from "solid-js";
import { useUrlState } from "../../lib/url-state";
import { Empty } from "../../ui/States";
import { stateLabels } from "../jobs.model";
import type { ListState } from "./filter.model";

/** Why the list is empty, and what to do about it. */
export function NoJobs(props: { list: ListState; filtered: boolean }) {
  const url = useUrlState();
  const clear = () =>
    url.set({ q: undefined, type: undefined, group: undefined, range: undefined, state: undefined });
  return (
    <Switch
      fallback={
        <Empty
          title="No job yet"
          text="A job is made when a campaign is launched, a file is imported, or a schedule is due."
        />
      }
    >
      <Match when={props.filtered}>
        <Empty title="No job matches" text="Try another word, another type or a longer time.">
          <button type="button" class="btn" onClick={clear}>
            Clear the filter
          </button>
        </Empty>
      </Match>
      <Match when={props.list.state === "FAILED"}>
        <Empty
          title="Nothing has failed"
          text="Jobs that have used up their attempts stay here until you decide."
        />
      </Match>
      <Match when={props.list.state}>
        {(state) => (
          <Empty
            title={`No job is ${stateLabels[state()].toLowerCase()}`}
            text="As soon as one is, it appears here by itself."
          >
            <button type="button" class="btn" onClick={clear}>
              Show every state
            </button>
          </Empty>
        )}
      </Match>
    </Switch>
  );
}
