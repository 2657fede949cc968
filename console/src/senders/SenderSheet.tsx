import { createQuery } from "@urql/solid";
import { createRenderEffect, createSignal, Show } from "solid-js";
import type { Failure } from "../api/failure";
import { onReconnect } from "../api/live";
import { useSend } from "../api/send";
import { useCan } from "../app/me";
import { onReturn } from "../lib/on-return";
import { Button } from "../ui/Button";
import { ConfirmModal, Sheet } from "../ui/dialogs";
import { Archive, Pause, Play } from "../ui/icons";
import { Refusal } from "../ui/Refusal";
import { Empty, QueryView, Skeleton } from "../ui/States";
import { Tag } from "../ui/Tag";
import { toast } from "../ui/toast";
import { SenderForm } from "./SenderForm";
import {
  ArchiveSender,
  PauseSender,
  ResumeSender,
  SenderQuery,
  UpdateSender,
  type Sender,
} from "./senders.gql";
import { stateTones, stateWord, used, type SenderValues } from "./senders.model";
import styles from "./Senders.module.css";

interface SheetProps {
  id: string;
  /** The list beside it may be out of date. */
  onChanged: () => void;
  onClose: () => void;
}

/** One sender: how much it has sent, who it is, whether it sends, and its end. */
export function SenderSheet(props: SheetProps) {
  const [result, refetch] = createQuery({
    query: SenderQuery,
    variables: () => ({ id: props.id }),
    requestPolicy: "cache-and-network",
  });
  let lastId = "";
  createRenderEffect(() => (lastId = props.id));
  const load = () => refetch({ requestPolicy: "network-only" });
  onReturn(load);
  onReconnect(load);
  const again = () => (load(), props.onChanged());
  const sender = () => (result.data?.sender?.id === props.id ? result.data.sender : undefined);
  const isGone = () => result.error?.graphQLErrors.some((each) => each.extensions["code"] === "NOT_FOUND");
  return (
    <Sheet
      title={sender()?.name ?? "Sender"}
      description={sender()?.address}
      onClose={props.onClose}
      returnTo={() => document.querySelector(`[data-row="${lastId}"]`)}
    >
      <Show
        when={!isGone()}
        fallback={<Empty title="There is no such sender" text="The address of this page is mistyped." />}
      >
        <QueryView of={result} retry={load}>
          {() => (
            <Show when={sender()?.id} keyed fallback={<Skeleton rows={8} />}>
              {(_id) => <Sections sender={sender() as Sender} again={again} />}
            </Show>
          )}
        </QueryView>
      </Show>
    </Sheet>
  );
}

function Sections(props: { sender: Sender; again: () => void }) {
  const can = useCan();
  return (
    <div class={styles.sections}>
      <Standing sender={props.sender} />
      <Show
        when={can("SYSTEM_SETTINGS_MANAGE")}
        fallback={<p class="dim">Administrators make and change senders.</p>}
      >
        <Show
          when={props.sender.state !== "ARCHIVED"}
          fallback={<p class="dim">It is archived for good; a new sender may have its address.</p>}
        >
          <Changes {...props} />
        </Show>
      </Show>
    </div>
  );
}

const Standing = (props: { sender: Sender }) => (
  <dl class="facts">
    <dt>State</dt>
    <dd>
      <Tag tone={stateTones[props.sender.state]}>{stateWord(props.sender.state)}</Tag>
    </dd>
    <dt>This hour</dt>
    <dd class="num">{used(props.sender.usedThisHour, props.sender.perHour)}</dd>
    <dt>Today</dt>
    <dd class="num">{used(props.sender.usedToday, props.sender.perDay)}</dd>
  </dl>
);

function Changes(props: { sender: Sender; again: () => void }) {
  const { send, busy } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const [archiving, setArchiving] = createSignal(false);
  // Shows the form anew with what the sender is then.
  const [opened, setOpened] = createSignal({ ...props.sender });
  // What is changed here beside the form is no reason to refuse it, and leaves what is typed; what others have changed is.
  let version = opened().version;
  const show = (sender: Sender) => {
    version = sender.version;
    setOpened({ ...sender });
  };
  const reload = () => show(props.sender);
  const save = async (values: SenderValues) => {
    const input = { id: props.sender.id, expectedVersion: version, ...values };
    const { done, failure: refused } = await send(UpdateSender, { input });
    if (refused?.code === "CONFLICT") props.again();
    if (!done) return refused;
    show(done.sender);
    toast("Sender saved", "Campaigns that run keep its name; its limits hold at once.");
    props.again();
    return undefined;
  };
  const turn = async () => {
    const isActive = props.sender.state === "ACTIVE";
    const { id } = props.sender;
    const { done, failure: refused } = await (isActive
      ? send(PauseSender, { id })
      : send(ResumeSender, { id }));
    setFailure(refused);
    if (!done) return;
    if (done.sender.version === version + 1) version += 1;
    toast(
      isActive ? "Sender paused" : "Sender resumed",
      isActive ? "Its mail waits." : "What waited goes on.",
    );
    props.again();
  };
  return (
    <>
      <div class={styles.buttons}>
        <Button
          icon={props.sender.state === "ACTIVE" ? Pause : Play}
          busy={busy()}
          onClick={() => void turn()}
        >
          {props.sender.state === "ACTIVE" ? "Pause" : "Resume"}
        </Button>
        <p class="dim">
          {props.sender.state === "ACTIVE"
            ? "Paused, its mail waits. No lead is given to another sender."
            : "Its mail waits until it is resumed."}
        </p>
      </div>
      <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
      <section class={styles.form}>
        <h3>Who it is</h3>
        <Show when={opened()} keyed>
          {(sender) => (
            <SenderForm sender={sender} submit="Save sender" save={save} reload={reload}>
              <Button icon={Archive} tone="quiet" onClick={() => setArchiving(true)}>
                Archive
              </Button>
            </SenderForm>
          )}
        </Show>
      </section>
      <Show when={archiving()}>
        <ArchiveModal sender={props.sender} onDone={props.again} onClose={() => setArchiving(false)} />
      </Show>
    </>
  );
}

function ArchiveModal(props: { sender: Sender; onDone: () => void; onClose: () => void }) {
  const { send } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const archive = async () => {
    const { done, failure: refused } = await send(ArchiveSender, { id: props.sender.id });
    setFailure(refused);
    if (!done) return false;
    toast("Sender archived", `${props.sender.address} is free for a new sender.`);
    props.onDone();
    return true;
  };
  return (
    <ConfirmModal
      title={`Archive ${props.sender.address}?`}
      description="No campaign can choose it any more. What it has sent stays as it is."
      confirm="Archive sender"
      cancel="Keep it"
      onConfirm={archive}
      onClose={props.onClose}
    >
      <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
    </ConfirmModal>
  );
}
