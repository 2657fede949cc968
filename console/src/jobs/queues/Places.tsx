import { createEffect, createSignal, on, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Problem } from "../../ui/Problem";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { UpdateQueue, type Queue } from "./queues.gql";
import { Stepper } from "./Stepper";
import styles from "./Queues.module.css";

const most = 64;

interface Draft {
  concurrency: number;
  lanes: number | null;
}

/** How many jobs, and of emails how many mails, each worker does at once; in force within two seconds of saving. */
export function Places(props: { queue: Queue; again: () => Promise<void> | void }) {
  const { send, busy } = useSend();
  const [draft, setDraft] = createSignal<Draft>();
  // What the draft began with: a later version of somebody else is a conflict, not ours to overwrite.
  const [base, setBase] = createSignal(0);
  const [failure, setFailure] = createSignal<Failure>();
  const now = (): Draft => ({ concurrency: props.queue.concurrency, lanes: props.queue.lanes });
  const shown = () => draft() ?? now();
  const isClash = () => failure()?.code === "CONFLICT";
  const change = (patch: Partial<Draft>) => {
    if (!draft()) setBase(props.queue.version);
    setDraft({ ...shown(), ...patch });
  };
  const drop = () => {
    setDraft(undefined);
    setFailure(undefined);
  };
  const isChanged = () => {
    const mine = draft();
    return mine && (mine.concurrency !== props.queue.concurrency || mine.lanes !== props.queue.lanes);
  };
  createEffect(on(isChanged, (changed) => !changed && !busy() && drop(), { defer: true }));
  const save = async (expectedVersion: number) => {
    const { concurrency, lanes } = shown();
    const { name } = props.queue;
    const input = { name, concurrency, ...(lanes !== null && { lanes }), expectedVersion };
    const { failure: refused } = await send(UpdateQueue, { input });
    if (refused?.code === "CONFLICT") await props.again();
    setFailure(refused);
    if (refused) return;
    toast(`${name}: ${concurrency} at once${lanes === null ? "" : `, ${lanes} lanes`}`);
    drop();
  };
  return (
    <div class={styles.places}>
      <Stepper
        label="Jobs at once"
        min={1}
        max={most}
        value={shown().concurrency}
        onValue={(concurrency) => change({ concurrency })}
      />
      <Show when={shown().lanes !== null}>
        <Stepper
          label="Mail lanes"
          min={1}
          max={most}
          value={shown().lanes ?? 1}
          onValue={(lanes) => change({ lanes })}
        />
      </Show>
      <Show when={isChanged() && !isClash()}>
        <span class={styles.saving}>
          <Button small onClick={drop}>
            Cancel
          </Button>
          <Button small tone="primary" busy={busy()} onClick={() => void save(base())}>
            Save
          </Button>
        </span>
      </Show>
      <Show when={isClash()}>
        <Problem tone="warn" message={`Somebody else has changed this queue meanwhile: ${words(now())} now.`}>
          <Button small onClick={drop}>
            Keep theirs
          </Button>
          <Button small busy={busy()} onClick={() => void save(props.queue.version)}>
            Save mine
          </Button>
        </Problem>
      </Show>
      <Show when={!isClash() && failure()}>{(refused) => <Refusal of={refused()} />}</Show>
    </div>
  );
}

const words = ({ concurrency, lanes }: Draft) =>
  `${concurrency} at once${lanes === null ? "" : `, ${lanes} lanes`}`;
