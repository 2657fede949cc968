import { useBeforeLeave, useLocation, useNavigate } from "@solidjs/router";
import { createSignal, onCleanup, onMount, Show } from "solid-js";
import { useClient } from "@urql/solid";
import { Button, LinkButton } from "../../ui/Button";
import { ConfirmModal } from "../../ui/dialogs";
import { Send } from "../../ui/icons";
import { PageHead } from "../../ui/Layout";
import { Problem } from "../../ui/States";
import { toast } from "../../ui/toast";
import { AudienceCard } from "./AudienceCard";
import { ChecklistCard } from "./ChecklistCard";
import { DetailsCard } from "./DetailsCard";
import { EditorQuery, type Editable } from "./editor.gql";
import { stepOfKey } from "./editor.model";
import { LaunchModal } from "./LaunchModal";
import { PreviewCard } from "./PreviewCard";
import { StepsCard } from "./StepsCard";
import { useEditor, type Editor } from "./use-editor";
import styles from "./Editor.module.css";

/** Asks before typed text is lost: on a link, on Back, and on closing the tab. */
function useUnsavedGuard(editor: Editor) {
  const [leave, setLeave] = createSignal<() => void>();
  useBeforeLeave((event) => {
    if (event.defaultPrevented || !editor.dirty()) return;
    event.preventDefault();
    setLeave(() => () => event.retry(true));
  });
  const onUnload = (event: BeforeUnloadEvent) => editor.dirty() && event.preventDefault();
  onMount(() => addEventListener("beforeunload", onUnload));
  onCleanup(() => removeEventListener("beforeunload", onUnload));
  return { leave, stay: () => setLeave(undefined) };
}

/** After a refusal the first field it is about gets the focus. */
function focusField(key: string) {
  queueMicrotask(() => {
    const field = document.querySelector<HTMLElement>(`[name="${key}"], [data-key="${key}"]`);
    field?.scrollIntoView({ block: "center" });
    field?.focus();
  });
}

/** Everything about a draft on one page: who, to whom, what, and how it will look. */
export function EditorForm(props: { start: Editable | undefined }) {
  const navigate = useNavigate();
  const location = useLocation<{ goOn?: "launch" }>();
  const client = useClient();
  const editor = useEditor(props.start);
  const guard = useUnsavedGuard(editor);
  const [step, setStep] = createSignal(0);
  const [mailable, setMailable] = createSignal(0);
  const [problems, setProblems] = createSignal<string[]>([]);
  const [launching, setLaunching] = createSignal<Editable>();

  const show = (key: string) => {
    const at = stepOfKey(key);
    if (at !== undefined) setStep(at);
    focusField(key);
  };
  const showFirstError = () => {
    const first = Object.keys(editor.errors())[0];
    if (first) show(first);
  };
  /** The first save makes the draft and leads to its own page, where a launch that asked for it goes on. */
  const save = async (goOn?: "launch"): Promise<Editable | undefined> => {
    const wasNew = !editor.campaign();
    const campaign = await editor.save({ quiet: goOn !== undefined });
    if (!campaign) showFirstError();
    else if (wasNew) navigate(`/campaigns/${campaign.id}/edit`, { replace: true, state: { goOn } });
    return wasNew ? undefined : campaign;
  };
  const prepareLaunch = async () => {
    const campaign = editor.dirty() || !editor.campaign() ? await save("launch") : editor.campaign();
    if (!campaign) return;
    const fresh = await client
      .query(EditorQuery, { id: campaign.id }, { requestPolicy: "network-only" })
      .toPromise();
    setLaunching(fresh.data?.campaign ?? campaign);
  };
  const launch = async () => {
    const done = await editor.launch();
    if (done) {
      toast(`Launched: ${editor.draft.name}`);
      editor.forget();
      navigate(`/campaigns/${editor.campaign()?.id ?? ""}`);
    } else queueMicrotask(showFirstError);
    return true;
  };
  const reload = async () => {
    const id = editor.campaign()?.id ?? "";
    const fresh = await client.query(EditorQuery, { id }, { requestPolicy: "network-only" }).toPromise();
    if (fresh.data?.campaign) editor.replaceWith(fresh.data.campaign);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (!editor.busy() && (editor.dirty() || !editor.campaign())) void save();
  };
  onMount(() => {
    document.addEventListener("keydown", onKey);
    if (location.state?.goOn !== "launch") return;
    // Once: a reload of the page must not ask again.
    navigate(`/campaigns/${props.start?.id ?? ""}/edit`, { replace: true, state: {} });
    void prepareLaunch();
  });
  onCleanup(() => document.removeEventListener("keydown", onKey));

  return (
    <>
      <PageHead
        back={{ href: "/campaigns", label: "Campaigns" }}
        title={editor.draft.name || "New campaign"}
        sub={<Standing editor={editor} />}
      >
        <Show when={editor.campaign()}>
          {(campaign) => (
            <LinkButton tone="quiet" href={`/campaigns/${campaign().id}`}>
              Details
            </LinkButton>
          )}
        </Show>
        <Button busy={editor.busy() === "save"} onClick={() => void save()}>
          Save draft
        </Button>
        <Button
          tone="primary"
          icon={Send}
          busy={editor.busy() !== undefined}
          onClick={() => void prepareLaunch()}
        >
          Launch
        </Button>
      </PageHead>
      <Refusal editor={editor} onReload={() => void reload()} />
      <form class={styles.grid} onSubmit={(event) => event.preventDefault()} novalidate>
        <div class="stack">
          <DetailsCard editor={editor} />
          <AudienceCard editor={editor} onMailable={setMailable} />
          <StepsCard editor={editor} step={step()} onStep={setStep} />
        </div>
        <div class={styles.beside}>
          <PreviewCard editor={editor} step={step()} onProblems={setProblems} />
          <ChecklistCard
            editor={editor}
            mailable={mailable()}
            problems={problems()}
            step={step()}
            onShow={show}
          />
        </div>
      </form>
      <Show when={launching()}>
        {(campaign) => (
          <LaunchModal campaign={campaign()} onLaunch={launch} onClose={() => setLaunching(undefined)} />
        )}
      </Show>
      <Show when={guard.leave()}>
        {(leave) => (
          <ConfirmModal
            title="Leave without saving?"
            description="What you have typed since the last save will be lost."
            confirm="Leave"
            cancel="Stay here"
            writes={false}
            onConfirm={() => (leave()(), true)}
            onClose={guard.stay}
          />
        )}
      </Show>
    </>
  );
}

const Standing = (props: { editor: Editor }) => (
  <span role="status">
    {props.editor.dirty()
      ? "Changes not saved yet."
      : props.editor.campaign()
        ? "Draft, all changes saved. Nothing is sent before you launch."
        : "Nothing is sent before you launch."}
  </span>
);

const Refusal = (props: { editor: Editor; onReload: () => void }) => (
  <Show when={props.editor.failure()}>
    {(failure) => (
      <div class={styles.refusal}>
        <Problem message={failure().message}>
          <Show when={failure().code === "CONFLICT" && props.editor.campaign()}>
            <Button small onClick={() => props.onReload()}>
              Load theirs
            </Button>
            <Button small writes onClick={() => void props.editor.save({ overwrite: true })}>
              Overwrite with mine
            </Button>
          </Show>
        </Problem>
      </div>
    )}
  </Show>
);
