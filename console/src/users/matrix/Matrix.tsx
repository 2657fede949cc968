import { createMemo, For, Match, Show, Switch } from "solid-js";
import { initials, sentence } from "../../lib/format";
import type { PermissionText } from "../users.gql";
import { roles, roleReach } from "../users.model";
import { GroupLine, PermissionLine } from "./MatrixLines";
import type { Line } from "./matrix.model";
import type { Compared } from "./use-compared";
import { useGridKeys } from "./use-grid-keys";
import { Why } from "./Why";
import styles from "./Matrix.module.css";

/** The permissions against the roles. Tab stops once; the arrow keys go from cell to cell. */
export function Matrix(props: {
  texts: readonly PermissionText[];
  lines: readonly Line[];
  compared: Compared;
  onFold: (title: string) => void;
}) {
  const columns = () => 1 + roles.length + (props.compared.person() ? 1 : 0);
  const grid = useGridKeys(() => props.lines, columns);
  const byKey = createMemo(() => new Map(props.lines.map((line) => [line.key, line])));
  // By key, so that a line keeps its place in the document, and the focus, when others come and go.
  return (
    <div class={styles.scroll}>
      <table
        role="grid"
        class={styles.matrix}
        aria-label="Roles and permissions"
        aria-readonly="true"
        onKeyDown={(event) => grid.onKeyDown(event)}
        onFocusIn={(event) => grid.onFocusIn(event)}
      >
        <MatrixHead texts={props.texts} compared={props.compared} />
        <tbody>
          <For each={props.lines.map((line) => line.key)}>
            {(key) => (
              <Switch>
                <Match when={lineOf(byKey().get(key), "group")}>
                  {(line) => (
                    <GroupLine
                      line={line()}
                      cell={grid.cell}
                      compared={props.compared}
                      onFold={props.onFold}
                    />
                  )}
                </Match>
                <Match when={lineOf(byKey().get(key), "permission")}>
                  {(line) => <PermissionLine text={line().text} cell={grid.cell} compared={props.compared} />}
                </Match>
                <Match when={lineOf(byKey().get(key), "why")}>
                  {(line) => (
                    <Why
                      wiring={grid.cell(key, 0)}
                      text={line().text}
                      compared={props.compared}
                      columns={columns()}
                    />
                  )}
                </Match>
              </Switch>
            )}
          </For>
        </tbody>
      </table>
    </div>
  );
}

const lineOf = <Kind extends Line["kind"]>(line: Line | undefined, kind: Kind) =>
  line?.kind === kind ? (line as Extract<Line, { kind: Kind }>) : undefined;

const MatrixHead = (props: { texts: readonly PermissionText[]; compared: Compared }) => (
  <thead>
    <tr>
      <th scope="col" class={styles.corner}>
        Permission
      </th>
      <For each={roles}>
        {(role) => (
          <th scope="col">
            <b>{sentence(role)}</b>
            <small class="num">
              {props.texts.filter((text) => text.roles.includes(role)).length} of {props.texts.length}
            </small>
            <small class={styles.reach}>{roleReach[role]}</small>
          </th>
        )}
      </For>
      <Show when={props.compared.person()}>
        {(person) => (
          <th scope="col" class={styles.person}>
            <b class="clip" title={person().name}>
              <span class="avatar" aria-hidden="true">
                {initials(person().name)}
              </span>
              <span class="clip">{person().name}</span>
            </b>
            <small class="num">
              {props.compared.granted()} of {props.texts.length}
            </small>
            <small class={styles.reach}>{sentence(person().role)}</small>
          </th>
        )}
      </Show>
    </tr>
  </thead>
);
