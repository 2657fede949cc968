import { For } from "solid-js";
import { Tag, type Tone } from "../../ui/Tag";
import { verdictWords, type InviteResult, type Verdict } from "./invite.model";
import styles from "./Invite.module.css";

const tones: Record<Verdict, Tone> = {
  INVITED: "ok",
  KNOWN: "plain",
  NOT_AN_ADDRESS: "bad",
  REFUSED: "bad",
  WAITING: "warn",
};

/** What became of each address of the last sending. */
export const InviteResults = (props: { results: readonly InviteResult[]; summary: string }) => (
  <div class={styles.results}>
    <p role="status">
      <b>{props.summary}</b>
    </p>
    <ul aria-label="Results">
      <For each={props.results}>
        {(result) => (
          <li>
            <span class="clip" title={result.invitee.email}>
              {result.invitee.email}
            </span>
            <Tag tone={tones[result.verdict]}>{verdictWords[result.verdict]}</Tag>
            {result.verdict !== "INVITED" && <small>{result.message}</small>}
          </li>
        )}
      </For>
    </ul>
  </div>
);
