import { createSignal, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { ConfirmModal } from "../../ui/dialogs";
import { toast } from "../../ui/toast";
import { Changed } from "./Changed";
import { HoldModal } from "./HoldModal";
import { UpdateRetention, type Retention } from "./settings.gql";
import styles from "./AuditSettings.module.css";

/** A legal hold: while it lasts nothing is deleted, and it says why. */
export function Hold(props: { retention: Retention; again: () => void }) {
  const { send } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const [isPlacing, setPlacing] = createSignal(false);
  const [isEnding, setEnding] = createSignal(false);
  const end = async () => {
    const expectedVersion = props.retention.version;
    const { done, failure: refused } = await send(UpdateRetention, {
      input: { holdReason: null, expectedVersion },
    });
    setFailure(refused);
    if (done) toast("The hold has ended");
    if (done || refused.code === "CONFLICT") props.again();
    return Boolean(done);
  };
  return (
    <section aria-label="Legal hold">
      <h3>Legal hold</h3>
      <div class={styles.hold}>
        <Show
          when={props.retention.holdReason}
          fallback={
            <>
              <p class="dim">No hold. With one, nothing is deleted, whatever the months say.</p>
              <Button onClick={() => setPlacing(true)}>Place a hold</Button>
            </>
          }
        >
          {(reason) => (
            <>
              <p>
                Nothing is deleted: <b>{reason()}</b>
              </p>
              <Button onClick={() => setEnding(true)}>End the hold</Button>
            </>
          )}
        </Show>
      </div>
      <Show when={isPlacing()}>
        <HoldModal retention={props.retention} again={props.again} onClose={() => setPlacing(false)} />
      </Show>
      <Show when={isEnding()}>
        <ConfirmModal
          title="End the hold?"
          description={
            props.retention.months === null
              ? "Entries are kept for ever, so nothing is deleted by it."
              : "Months that are over are deleted in the following night. They cannot be brought back."
          }
          confirm="End the hold"
          cancel="Keep it"
          onConfirm={end}
          onClose={() => (setEnding(false), setFailure(undefined))}
        >
          <Show when={failure()}>
            {(refused) => (
              <Changed failure={refused()} what="the retention" onTheirs={() => setFailure(undefined)} />
            )}
          </Show>
        </ConfirmModal>
      </Show>
    </section>
  );
}
