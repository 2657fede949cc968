import { createSignal, For, Show } from "solid-js";
import { Check, CircleAlert } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { fieldOf, readiness } from "./editor.model";
import { PreflightList } from "../parts/PreflightList";
import type { Editor } from "./use-editor";
import styles from "./Editor.module.css";

/** What is still missing before a launch; each line leads to its field. */
export function ChecklistCard(props: {
  editor: Editor;
  mailable: number;
  /** What keeps the template of the step on screen from rendering. */
  problems: string[];
  step: number;
  onShow: (key: string, line?: number | null) => void;
}) {
  const [blocking, setBlocking] = createSignal(0);
  const lines = () => readiness(props.editor.draft, props.mailable);
  const issues = () => [
    ...Object.entries(props.editor.errors()),
    ...props.problems.map((message) => [`steps.${props.step}.html`, message] as const),
  ];
  const missing = () => lines().filter((line) => !line.ready).length + issues().length + blocking();
  return (
    <Card title="Before the launch" aside={missing() ? `${missing()} to do` : "Ready"}>
      <ul class={styles.checklist}>
        <For each={lines()}>
          {(line) => (
            <li data-ready={line.ready}>
              <Show when={line.ready} fallback={<i aria-hidden="true" />}>
                <Check size={14} aria-hidden="true" />
              </Show>
              <Show
                when={!line.ready}
                fallback={
                  <span>
                    {line.label}
                    <span class="sr"> done</span>
                  </span>
                }
              >
                <button type="button" onClick={() => props.onShow(line.key)}>
                  {line.label}: <span class="dim">{line.hint}</span>
                </button>
              </Show>
            </li>
          )}
        </For>
        <For each={issues()}>
          {([key, message]) => (
            <li data-tone="bad">
              <CircleAlert size={14} aria-hidden="true" />
              <button type="button" onClick={() => props.onShow(key)}>
                {message}
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.editor.campaign()}>
        {(campaign) => (
          <div class={styles.findings}>
            <PreflightList
              campaign={campaign()}
              title={props.editor.dirty() ? "Pre-flight, of the draft as saved last" : "Pre-flight"}
              onFound={setBlocking}
              onShow={(path, line) => props.onShow(fieldOf(path), line)}
            />
          </div>
        )}
      </Show>
    </Card>
  );
}
