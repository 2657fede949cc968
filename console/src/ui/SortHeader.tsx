import { Show } from "solid-js";
import { ArrowDown, ArrowUp } from "./icons";

export interface Sort {
  field: string;
  direction: "ASC" | "DESC";
}

/** Reads `NAME.ASC` from the address; anything else is `otherwise`. */
export function parseSort<Field extends string>(text: string, fields: readonly Field[], otherwise: Field) {
  const [field, direction] = text.split(".");
  const known = fields.find((each) => each === field);
  return {
    field: known ?? otherwise,
    direction: known && direction === "ASC" ? ("ASC" as const) : ("DESC" as const),
  };
}

/** A column head that sorts; a second press turns the order round. */
export function SortHeader(props: {
  field: string;
  label: string;
  sort: Sort;
  onSort: (text: string) => void;
  /** The order of the first press. */
  first?: Sort["direction"];
  /** Left out on narrow screens. */
  wide?: boolean;
  /** Over figures: stands at the end as they do. */
  end?: boolean;
}) {
  const active = () => props.sort.field === props.field;
  const next = () => (!active() ? (props.first ?? "DESC") : props.sort.direction === "DESC" ? "ASC" : "DESC");
  const state = () => (!active() ? "none" : props.sort.direction === "ASC" ? "ascending" : "descending");
  return (
    <th
      scope="col"
      aria-sort={state()}
      data-wide={props.wide ? "" : undefined}
      data-end={props.end ? "" : undefined}
    >
      <button
        type="button"
        class="sort"
        data-active={active() ? "" : undefined}
        onClick={() => props.onSort(`${props.field}.${next()}`)}
      >
        {props.label}
        <Show when={active()}>
          <Show when={props.sort.direction === "ASC"} fallback={<ArrowDown size={12} aria-hidden="true" />}>
            <ArrowUp size={12} aria-hidden="true" />
          </Show>
        </Show>
      </button>
    </th>
  );
}
