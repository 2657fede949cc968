import { createUniqueId, For, Show } from "solid-js";
import { CircleAlert } from "../../ui/icons";
import type { TeamChoice } from "../users.gql";
import styles from "./Invite.module.css";

/** The teams that whoever is invited joins. */
export function TeamChecks(props: {
  teams: readonly TeamChoice[];
  chosen: readonly string[];
  optional: boolean;
  error?: string;
  onToggle: (id: string, on: boolean) => void;
}) {
  const id = createUniqueId();
  return (
    <fieldset class="field" aria-describedby={props.error ? id : undefined}>
      <legend class="label">
        Teams
        <Show when={props.optional}>
          <small class="dim"> · optional</small>
        </Show>
      </legend>
      <div class={styles.teamchecks}>
        <For each={props.teams}>
          {(team) => (
            <label class="check">
              <input
                type="checkbox"
                checked={props.chosen.includes(team.id)}
                onChange={(event) => props.onToggle(team.id, event.currentTarget.checked)}
              />
              <span class="clip">{team.name}</span>
            </label>
          )}
        </For>
      </div>
      <Show when={props.error}>
        <p class="error" id={id}>
          <CircleAlert size={12} aria-hidden="true" />
          {props.error}
        </p>
      </Show>
    </fieldset>
  );
}
