import { createSignal, Show, untrack } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Sheet } from "../../ui/dialogs";
import { Pause, Play, Trash } from "../../ui/icons";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { DeleteStreamModal } from "./DeleteStreamModal";
import { NewSecret } from "./NewSecret";
import { PauseStream, ResumeStream, type Stream } from "./settings.gql";
import { hostOf, kindLabels } from "./settings.model";
import { StreamForm } from "./StreamForm";
import { StreamFacts } from "./StreamFacts";
import styles from "./AuditSettings.module.css";

interface SheetProps {
  stream: Stream;
  /** Loads the streams again. */
  again: () => void;
  /** Told what deliveries are signed with from now on. */
  onSecret: (secret: string | null) => void;
  onClose: () => void;
}

/** One stream: how far it has come, what stands in its way, and what can be done about it. */
export function StreamSheet(props: SheetProps) {
  // When the focus goes back to the row, there is no stream any more.
  const { id } = untrack(() => props.stream);
  const [isDeleting, setDeleting] = createSignal(false);
  // What is changed here is no reason to refuse the form; what others have changed in between is.
  const [version, setVersion] = createSignal(untrack(() => props.stream.version));
  const follow = (stream: Stream) => {
    setVersion((known) => (stream.version === known + 1 ? known + 1 : known));
    props.again();
  };
  return (
    <Sheet
      title={hostOf(props.stream.url)}
      description={kindLabels[props.stream.kind]}
      onClose={props.onClose}
      returnTo={() => document.querySelector(`[data-row="${id}"]`)}
    >
      <div class={styles.sections}>
        <StreamFacts stream={props.stream} />
        <PauseRow stream={props.stream} onChanged={follow} />
        <section aria-label="Where to">
          <h3>Where to</h3>
          <StreamForm
            stream={props.stream}
            version={version()}
            onSaved={follow}
            again={props.again}
            onTheirs={() => setVersion(props.stream.version)}
          >
            <Button icon={Trash} tone="quiet" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          </StreamForm>
        </section>
        <Show when={props.stream.kind === "WEBHOOK"}>
          <NewSecret stream={props.stream} onChanged={follow} onSecret={props.onSecret} />
        </Show>
      </div>
      <Show when={isDeleting()}>
        <DeleteStreamModal
          stream={props.stream}
          onGone={() => (props.onClose(), props.again())}
          onClose={() => setDeleting(false)}
        />
      </Show>
    </Sheet>
  );
}

function PauseRow(props: { stream: Stream; onChanged: (stream: Stream) => void }) {
  const { send, busy } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const isPaused = () => props.stream.state === "PAUSED";
  const toggle = async () => {
    const wasPaused = isPaused();
    const { id } = props.stream;
    const { done, failure: refused } = await (wasPaused
      ? send(ResumeStream, { id })
      : send(PauseStream, { id }));
    setFailure(refused);
    if (!done) return;
    toast(wasPaused ? "The stream goes on where it stood" : "The stream is paused; entries wait for it");
    props.onChanged(done.auditStream);
  };
  return (
    <>
      <div class="actions">
        <Button icon={isPaused() ? Play : Pause} busy={busy()} onClick={() => void toggle()}>
          {isPaused() ? "Resume" : "Pause"}
        </Button>
      </div>
      <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
    </>
  );
}
