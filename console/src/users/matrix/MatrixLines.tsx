import { For, Show } from "solid-js";
import { sentence } from "../../lib/format";
import { Check, ChevronDown, ChevronRight, Minus } from "../../ui/icons";
import type { PermissionText } from "../users.gql";
import { roles } from "../users.model";
import type { Line } from "./matrix.model";
import type { Compared } from "./use-compared";
import type { CellWiring } from "./use-grid-keys";
import styles from "./Matrix.module.css";

type Cell = (line: string, column: number) => CellWiring;
type GroupLineOf = Extract<Line, { kind: "group" }>;

const personColumn = 1 + roles.length;

/** The head of a group: folds it, and counts what each role has of it. */
export function GroupLine(props: {
  line: GroupLineOf;
  cell: Cell;
  compared: Compared;
  onFold: (title: string) => void;
}) {
  const items = () => props.line.group.items;
  const granted = () => items().filter((text) => props.compared.ability(text.permission)?.granted).length;
  return (
    <tr class={styles.group}>
      <th scope="row">
        <button
          type="button"
          aria-expanded={props.line.open}
          onClick={() => props.onFold(props.line.group.title)}
          {...props.cell(props.line.key, 0)}
        >
          <Show when={props.line.open} fallback={<ChevronRight size={14} aria-hidden="true" />}>
            <ChevronDown size={14} aria-hidden="true" />
          </Show>
          {props.line.group.title}
        </button>
      </th>
      <For each={roles}>
        {(role, index) => (
          <td class="num" {...props.cell(props.line.key, index() + 1)}>
            {items().filter((text) => text.roles.includes(role)).length} of {items().length}
          </td>
        )}
      </For>
      <Show when={props.compared.person()}>
        <td class={`num ${styles.person}`} {...props.cell(props.line.key, personColumn)}>
          {granted()} of {items().length}
        </td>
      </Show>
    </tr>
  );
}

/** One permission: what it means, which role has it, and whether the person does. */
export function PermissionLine(props: { text: PermissionText; cell: Cell; compared: Compared }) {
  return (
    <tr>
      <th scope="row" {...props.cell(props.text.permission, 0)}>
        <span>
          <span>{props.text.title}</span>
          <code>{props.text.wire}</code>
        </span>
        <small>{props.text.description}</small>
      </th>
      <For each={roles}>
        {(role, index) => (
          <td {...props.cell(props.text.permission, index() + 1)}>
            <Has it={props.text.roles.includes(role)} who={sentence(role)} />
          </td>
        )}
      </For>
      <Show when={props.compared.ability(props.text.permission)}>
        {(ability) => (
          <td class={styles.person}>
            <button
              type="button"
              title={ability().reason}
              aria-expanded={props.compared.explained() === props.text.permission}
              onClick={() => props.compared.explain(props.text.permission)}
              {...props.cell(props.text.permission, personColumn)}
            >
              <Has it={ability().granted} who={props.compared.person()?.name ?? ""} />{" "}
              <span class={styles.whyword}>Why</span>
            </button>
          </td>
        )}
      </Show>
    </tr>
  );
}

/** A mark for the eye, and a sentence for the ear. */
const Has = (props: { it: boolean; who: string }) => (
  <span class={styles.mark} data-has={props.it ? "" : undefined}>
    <Show when={props.it} fallback={<Minus size={14} aria-hidden="true" />}>
      <Check size={14} stroke-width={2.6} aria-hidden="true" />
    </Show>
    <span class="sr">
      {props.who} {props.it ? "may" : "may not"}
    </span>
  </span>
);
