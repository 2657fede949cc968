import { Show } from "solid-js";
import { firstLine, jobStates, queueLabels, queueNames, stateLabels } from "../jobs.model";
import { useUrlState } from "../../lib/url-state";
import { CompactSelect } from "../../ui/Field";
import { X } from "../../ui/icons";
import { Pills } from "../../ui/Pills";
import { SearchBox } from "../../ui/SearchBox";
import type { Queue } from "../queues/queues.gql";
import { countIn, isFiltered, ranges, type ListState } from "./filter.model";
import styles from "./List.module.css";

interface FilterProps {
  list: ListState;
  queues: readonly Queue[];
  types: readonly { name: string; queue: string }[];
  /** Of the list below, once it is known. */
  total: number | undefined;
}

/** Which jobs: all of it stands in the address. */
export function Filters(props: FilterProps) {
  const url = useUrlState();
  const inQueue = () => props.queues.filter((each) => !props.list.queue || each.name === props.list.queue);
  const states = () => [
    { value: "", label: "All", count: props.list.state ? undefined : props.total },
    ...jobStates.map((state) => ({
      value: state,
      label: stateLabels[state],
      count: props.list.state === state ? props.total : countUnfiltered(state),
    })),
  ];
  const countUnfiltered = (state: (typeof jobStates)[number]) =>
    isFiltered(props.list) || !props.queues.length ? undefined : countIn(inQueue(), state);
  const types = () => [
    { value: "", label: "Every type" },
    ...props.types
      .filter((type) => !props.list.queue || type.queue === props.list.queue)
      .map(({ name }) => ({ value: name, label: name })),
  ];
  return (
    <>
      <div class="filters">
        <SearchBox
          label="Search jobs by type, id, error or payload"
          placeholder="Type, id, error or payload"
          value={url.get("q")}
          onValue={(q) => url.set({ q: q || undefined })}
        />
        <Pills
          label="Queue"
          options={[
            { value: "", label: "All queues" },
            ...queueNames.map((value) => ({ value, label: queueLabels[value] ?? value })),
          ]}
          value={props.list.queue ?? ""}
          onValue={(queue) => url.set({ queue: queue || undefined, type: undefined })}
        />
        <CompactSelect
          label="Type"
          choices={types()}
          value={props.list.type}
          onValue={(type) => url.set({ type: type || undefined })}
        />
        <CompactSelect
          label="Made"
          choices={ranges}
          value={props.list.range}
          onValue={(range) => url.set({ range: range || undefined })}
        />
      </div>
      <div class="filters">
        <Pills
          label="State"
          options={states()}
          value={props.list.state ?? ""}
          onValue={(state) => url.set({ state: state || undefined })}
        />
        <Show when={props.list.errorGroup}>
          <span class={styles.chip}>
            <span class="clip">Error like “{firstLine(props.list.errorGroup)}”</span>
            <button
              type="button"
              aria-label="Show jobs with other errors too"
              onClick={() => url.set({ group: undefined })}
            >
              <X size={13} aria-hidden="true" />
            </button>
          </span>
        </Show>
      </div>
    </>
  );
}
