import { For, Show } from "solid-js";
import { now } from "../../lib/clock";
import { dateTime } from "../../lib/format";
import { Tag } from "../../ui/Tag";
import type { Rule } from "../alerts.gql";
import { figure } from "../health.model";
import { condition, isMuted, standing, type Labels } from "./alerts.model";
import styles from "../Health.module.css";

/** Every rule with what it says, what it judged last, and how it stands. */
export const RuleTable = (props: {
  rules: readonly Rule[];
  labels: Labels;
  open: string;
  onOpen: (id: string) => void;
}) => (
  <div class="table-scroll" tabindex="-1">
    <table class="table" aria-label="Alert rules">
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col" data-wide>
            Fires when
          </th>
          <th scope="col" data-end>
            Value
          </th>
          <th scope="col" data-end>
            State
          </th>
        </tr>
      </thead>
      <tbody>
        <For each={props.rules.map((rule) => rule.id)}>
          {(id) => (
            <Show when={props.rules.find((rule) => rule.id === id)}>
              {(rule) => (
                <tr data-open={props.open === id ? "" : undefined}>
                  <td class={styles.rulename}>
                    <button type="button" class="rowlink clip" data-row={id} onClick={() => props.onOpen(id)}>
                      {rule().name}
                    </button>
                  </td>
                  <td class="dim" data-wide>
                    {condition(rule(), props.labels)}
                  </td>
                  <td class="num" data-end>
                    {rule().lastValue === null ? "" : figure(rule().lastValue, rule().unit)}
                  </td>
                  <td data-end>
                    <span class={styles.tags}>
                      <Show when={isMuted(rule(), now())}>
                        <Tag title={`Until ${dateTime(rule().mutedUntil ?? "")}`}>Muted</Tag>
                      </Show>
                      <Tag tone={standing(rule()).tone}>{standing(rule()).word}</Tag>
                    </span>
                  </td>
                </tr>
              )}
            </Show>
          )}
        </For>
      </tbody>
    </table>
  </div>
);
