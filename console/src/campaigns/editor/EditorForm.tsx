import { useBeforeLeave, useLocation, useNavigate } from "@solidjs/router";
import { createSignal, createUniqueId, onCleanup, onMount, Show } from "solid-js";
import { useClient } from "@urql/solid";
import { Button, LinkButton } from "../../ui/Button";
import { ConfirmModal } from "../../ui/dialogs";
import { Clock, Send } from "../../ui/icons";
import { PageHead } from "../../ui/Layout";
import { Problem } from "../../ui/States";
import { toast } from "../../ui/toast";
import { FourEyesNote } from "../parts/FourEyesNote";
import { ScheduleModal } from "../parts/ScheduleModal";
import { AudienceCard } from "./AudienceCard";
import { ChecklistCard } from "./ChecklistCard";
import { DetailsCard } from "./DetailsCard";
import { EditorQuery, type Editable, type LeadChoice } from "./editor.gql";
import { stepOfKey } from "./editor.model";
import { LaunchModal } from "./LaunchModal";
import { PreviewCard } from "./PreviewCard";
import { ScheduleCard } from "./ScheduleCard";
import { StepsCard } from "./StepsCard";
import { TestModal } from "./TestModal";
import { LaunchedAudience, LiveNote } from "./LiveNote";
import { StopRulesCard } from "./StopRulesCard";
import { isLive, useEditor, type Editor } from "./use-editor";
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
function focusField(key: string, line?: number | null) {
  queueMicrotask(() => {
    const field = document.querySelector<HTMLElement>(`[name="${key}"], [data-key="${key}"]`);
    field?.scrollIntoView({ block: "center" });
    field?.focus();
    if (field instanceof HTMLTextAreaElement && line) selectLine(field, line);
  });
}

function selectLine(field: HTMLTextAreaElement, line: number) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
}

/** What a saved draft is asked for: to be launched now, or at a time. */
type Goal = "launch" | "schedule";

/** Everything about a draft on one page: who, to whom, what, and how it will look. */
export function EditorForm(props: { start: Editable | undefined }) {
  const navigate = useNavigate();
  const location = useLocation<{ goOn?: Goal }>();
  const client = useClient();
  const editor = useEditor(props.start);
  const guard = useUnsavedGuard(editor);
  const [step, setStep] = createSignal(0);
  const [mailable, setMailable] = createSignal(0);
  const [problems, setProblems] = createSignal<string[]>([]);
  const [asking, setAsking] = createSignal<{ goal: Goal; campaign: Editable }>();
  const [testing, setTesting] = createSignal<LeadChoice>();

  const show = (key: string, line?: number | null) => {
    const at = stepOfKey(key);
    if (at !== undefined) setStep(at);
    focusField(key, line);
  };
  const showFirstError = () => {
    const first = Object.keys(editor.errors())[0];
    if (first) show(first);
  };
  const noteId = createUniqueId();
  const live = () => isLive(editor.campaign());
  const fourEyes = () => editor.campaign()?.fourEyes ?? null;
  /** For buttons that another person has to press. */
  const others = () =>
    fourEyes() && { "aria-disabled": "true" as const, "aria-describedby": noteId, title: fourEyes()?.reason };
  /** The first save makes the draft and leads to its own page, where what asked for it goes on. */
  const save = async (goOn?: Goal): Promise<Editable | undefined> => {
    const wasNew = !editor.campaign();
    const campaign = await editor.save({ quiet: goOn !== undefined });
    if (!campaign) showFirstError();
    else if (wasNew) navigate(`/campaigns/${campaign.id}/edit`, { replace: true, state: { goOn } });
    return wasNew ? undefined : campaign;
  };
  const prepare = async (goal: Goal) => {
    if (fourEyes()) return;
    const campaign = editor.dirty() || !editor.campaign() ? await save(goal) : editor.campaign();
    // The save may have made its author of whoever asks.
    if (!campaign || fourEyes()) return;
    const fresh = await client
      .query(EditorQuery, { id: campaign.id }, { requestPolicy: "network-only" })
      .toPromise();
    setAsking({ goal, campaign: fresh.data?.campaign ?? campaign });
  };
  /** What is tried is what is saved. */
  const prepareTest = async (lead: LeadChoice) => {
    if (editor.dirty() && !(await save())) return;
    setTesting(lead);
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
    const goal = location.state?.goOn;
    if (!goal) return;
    // Once: a reload of the page must not ask again.
    navigate(`/campaigns/${props.start?.id ?? ""}/edit`, { replace: true, state: {} });
    void prepare(goal);
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
        <Button
          busy={editor.busy() === "save"}
          tone={live() ? "primary" : undefined}
          aria-disabled={live() && !editor.dirty() ? "true" : undefined}
          onClick={() => (editor.dirty() || !live()) && void save()}
        >
          {live() ? "Save as next version" : "Save draft"}
        </Button>
        <Show when={!live()}>
          <Button
            icon={Clock}
            busy={editor.busy() !== undefined}
            {...others()}
            onClick={() => void prepare("schedule")}
          >
            Schedule
          </Button>
          <Button
            tone="primary"
            icon={Send}
            busy={editor.busy() !== undefined}
            {...others()}
            onClick={() => void prepare("launch")}
          >
            Launch
          </Button>
        </Show>
      </PageHead>
      <LiveNote campaign={editor.campaign()} />
      <FourEyesNote id={noteId} of={fourEyes()} />
      <Refusal editor={editor} onReload={() => void reload()} />
      <form class={styles.grid} onSubmit={(event) => event.preventDefault()} novalidate>
        <div class="stack">
          <DetailsCard editor={editor} />
          <Show when={!live()} fallback={<LaunchedAudience />}>
            <AudienceCard editor={editor} onMailable={setMailable} />
          </Show>
          <StepsCard editor={editor} step={step()} onStep={setStep} />
          <ScheduleCard editor={editor} />
          <StopRulesCard editor={editor} />
        </div>
        <div class={styles.beside}>
          <PreviewCard
            editor={editor}
            step={step()}
            onProblems={setProblems}
            onTest={editor.campaign() && ((lead) => void prepareTest(lead))}
          />
          <Show when={!live()}>
            <ChecklistCard
              editor={editor}
              mailable={mailable()}
              problems={problems()}
              step={step()}
              onShow={show}
            />
          </Show>
        </div>
      </form>
      <Show when={asking()?.goal === "launch" && asking()?.campaign}>
        {(campaign) => (
          <LaunchModal campaign={campaign()} onLaunch={launch} onClose={() => setAsking(undefined)} />
        )}
      </Show>
      <Show when={asking()?.goal === "schedule" && asking()?.campaign}>
        {(campaign) => (
          <ScheduleModal
            campaign={campaign()}
            onDone={() => navigate(`/campaigns/${campaign().id}`)}
            onClose={() => setAsking(undefined)}
          />
        )}
      </Show>
      <Show when={testing()}>
        {(lead) => (
          <TestModal
            campaignId={editor.campaign()?.id ?? ""}
            step={step()}
            lead={lead()}
            onClose={() => setTesting(undefined)}
          />
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
        ? isLive(props.editor.campaign())
          ? "All changes saved."
          : "Draft, all changes saved. Nothing is sent before you launch."
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
