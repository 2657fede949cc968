import { createQuery } from "@urql/solid";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import type { ResultOf, VariablesOf } from "../../api/graphql";
import { failureOfError } from "../../api/failure";
import { Button } from "../../ui/Button";
import { debounced } from "../../lib/debounce";
import { count, plural } from "../../lib/format";
import { CircleAlert, ChevronLeft, ChevronRight, Send } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { Pills } from "../../ui/Pills";
import { Problem, Skeleton } from "../../ui/States";
import { fullName } from "../campaigns.model";
import { EditorLeads, PreviewQuery, type LeadChoice } from "./editor.gql";
import { variables } from "./editor.model";
import type { Editor } from "./use-editor";
import styles from "./Editor.module.css";

type Preview = ResultOf<typeof PreviewQuery>["previewTemplate"];

const previewAfterMs = 350;
const parts = [
  { value: "html", label: "HTML" },
  { value: "text", label: "Text" },
] as const;

// What mail programs put around a mail that styles nothing itself.
const frameStyle = "<style>body{margin:14px;font:14px/1.5 Arial,sans-serif;overflow-wrap:anywhere}</style>";

/** The mail as one chosen person would get it, a moment after the typing stops. */
export function PreviewCard(props: {
  editor: Editor;
  step: number;
  onProblems: (messages: string[]) => void;
  /** Left out while there is nothing at the server that could be sent. */
  onTest: ((lead: LeadChoice) => void) | undefined;
}) {
  const [part, setPart] = createSignal<"html" | "text">("html");
  const [at, setAt] = createSignal(0);
  const [people] = createQuery({
    query: EditorLeads,
    variables: () => ({ first: 20, filter: { listId: props.editor.draft.listIds[0] } }),
  });
  const leads = () => people.data?.leads.edges.map((edge) => edge.node) ?? [];
  createEffect(
    on(
      () => props.editor.draft.listIds[0],
      () => setAt(0),
      { defer: true },
    ),
  );
  const lead = () => leads()[at() % Math.max(1, leads().length)];
  const template = () => {
    const step = props.editor.draft.steps[props.step];
    return JSON.stringify({
      subject: step?.subject ?? "",
      html: step?.html ?? "",
      text: step?.text || null,
      leadId: lead()?.id ?? null,
      postalAddress: props.editor.draft.postalAddress || null,
      senderIds: props.editor.draft.senderIds,
    });
  };
  const settled = debounced(template, previewAfterMs);
  const [result, refetch] = createQuery({
    query: PreviewQuery,
    variables: () => JSON.parse(settled()) as VariablesOf<typeof PreviewQuery>,
    requestPolicy: "network-only",
  });
  createEffect(() =>
    props.onProblems((result.data?.previewTemplate.problems ?? []).map((each) => each.message)),
  );
  const move = (by: number) => setAt((index) => (index + by + leads().length) % Math.max(1, leads().length));
  return (
    <Card title="Preview" aside={<Pills label="Part" options={parts} value={part()} onValue={setPart} />}>
      <div class={styles.as}>
        <button
          type="button"
          class="icon"
          aria-label="Previous person"
          disabled={leads().length < 2}
          onClick={() => move(-1)}
        >
          <ChevronLeft size={16} aria-hidden="true" />
        </button>
        <span class="clip">
          <Show when={lead()} fallback={<span class="dim">Nobody chosen: variables stay empty</span>}>
            {(person) => (
              <>
                To <b>{fullName(person()) || person().email}</b> <span class="dim">{person().email}</span>
              </>
            )}
          </Show>
        </span>
        <button
          type="button"
          class="icon"
          aria-label="Next person"
          disabled={leads().length < 2}
          onClick={() => move(1)}
        >
          <ChevronRight size={16} aria-hidden="true" />
        </button>
      </div>
      <Show when={lead()}>
        {(person) => (
          <div class={styles.try}>
            <Button
              small
              tone="quiet"
              icon={Send}
              disabled={!props.onTest}
              title={props.onTest ? undefined : "Save the draft first"}
              onClick={() => props.onTest?.(person())}
            >
              Send test…
            </Button>
          </div>
        )}
      </Show>
      <Show when={result.error}>
        {(error) => (
          <Problem
            message={failureOfError(error()).message}
            retry={() => refetch({ requestPolicy: "network-only" })}
          />
        )}
      </Show>
      <Show when={result.data?.previewTemplate} fallback={<Skeleton rows={8} />}>
        {(preview) => <Mail preview={preview()} part={part()} draft={props.editor.draft} />}
      </Show>
    </Card>
  );
}

const isBlank = (preview: Preview) =>
  !preview.html && (preview.missing.length > 0 || preview.problems.length > 0);

/** Whom it is from: of several senders the one that this lead is dealt out to. */
const From = (props: { preview: Preview; draft: Editor["draft"] }) => {
  const many = () => props.draft.senderIds.length;
  const own = () => [props.draft.fromName, props.draft.fromEmail].filter(Boolean).join(" · ");
  return (
    <small>
      <Show
        when={props.preview.sender}
        fallback={many() ? `From one of ${plural(many(), "sender")}` : own() || "Sender"}
      >
        {(sender) => (
          <>
            {sender().name} · {sender().address}
            <Show when={many() > 1}>
              <span class="dim"> · this person’s of {count(many())} senders</span>
            </Show>
          </>
        )}
      </Show>
    </small>
  );
};

const Mail = (props: { preview: Preview; part: "html" | "text"; draft: Editor["draft"] }) => (
  <div class={styles.mail}>
    <header>
      <b>
        {props.preview.subject || (
          <span class="dim">{isBlank(props.preview) ? "No mail" : "No subject"}</span>
        )}
      </b>
      <From preview={props.preview} draft={props.draft} />
    </header>
    <Show
      when={!isBlank(props.preview)}
      fallback={
        <p class={styles.blank}>
          {props.preview.problems.length
            ? "The template cannot be rendered yet."
            : "This person would be skipped, because the mail asks for something that is not known about them."}
        </p>
      }
    >
      <Show when={props.part === "html"} fallback={<pre tabindex="0">{props.preview.text}</pre>}>
        <iframe title="Preview of the HTML part" sandbox="" srcdoc={frameStyle + props.preview.html} />
      </Show>
    </Show>
    <Notes preview={props.preview} />
  </div>
);

const labelOf = (name: string) => variables.find((each) => each.name === name)?.label.toLowerCase() ?? name;

const Notes = (props: { preview: Preview }) => (
  <Show when={props.preview.problems.length || props.preview.missing.length}>
    <ul class={styles.notes} aria-label="Problems in the template">
      <For each={props.preview.problems}>
        {(problem) => (
          <li data-tone="bad">
            <CircleAlert size={14} aria-hidden="true" />
            <span>
              <Show when={problem.path.at(-1)}>{(field) => <b>{field()}: </b>}</Show>
              {problem.message}
            </span>
          </li>
        )}
      </For>
      <Show when={props.preview.missing.length}>
        <li data-tone="warn">
          <CircleAlert size={14} aria-hidden="true" />
          <span>
            This person has no {props.preview.missing.map(labelOf).join(", ")}. Without a default such as{" "}
            <code>{`{{ ${props.preview.missing[0] ?? ""} | default: "there" }}`}</code> they are skipped.
          </span>
        </li>
      </Show>
    </ul>
  </Show>
);
