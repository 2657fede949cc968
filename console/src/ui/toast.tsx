import { createSignal, For, onCleanup, Show } from "solid-js";
import { Portal } from "solid-js/web";
import { CircleAlert, CircleCheck, X } from "./icons";

interface ToastAction {
  label: string;
  run: () => void;
}

interface Toast {
  id: number;
  title: string;
  body?: string;
  tone: "ok" | "bad";
  action?: ToastAction;
}

const limit = 4;
const shortMs = 5_000;
const longMs = 10_000;

const [toasts, setToasts] = createSignal<Toast[]>([]);
let lastId = 0;

const dismiss = (id: number) => setToasts((all) => all.filter((toast) => toast.id !== id));

/**
 * Says in a corner what has happened, and offers to undo it. A failure or an offer stays twice as long; a field's
 * error belongs to its field.
 */
export function toast(title: string, body?: string, tone: "ok" | "bad" = "ok", action?: ToastAction) {
  const id = ++lastId;
  setToasts((all) => [...all, { id, title, body, tone, action }].slice(-limit));
  setTimeout(() => dismiss(id), tone === "ok" && !action ? shortMs : longMs);
}

function take({ id, action }: Toast) {
  dismiss(id);
  action?.run();
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);

/** Ctrl Z takes the last offer, also while a dialog keeps the focus. */
function onUndo(event: KeyboardEvent) {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || isTyping(event.target)) return;
  const offer = toasts().findLast((each) => each.action);
  if (!offer) return;
  event.preventDefault();
  take(offer);
}

/** Where toasts appear; once, in the shell. They lie above dialogs and may be used while one is open. */
export const Toaster = () => {
  document.addEventListener("keydown", onUndo);
  onCleanup(() => document.removeEventListener("keydown", onUndo));
  return (
    <Portal>
      <div class="toasts" role="region" aria-label="Notifications" aria-live="polite" data-kb-top-layer>
        <For each={toasts()}>{(each) => <Shown toast={each} />}</For>
      </div>
    </Portal>
  );
};

const Shown = (props: { toast: Toast }) => (
  <div class="toast" data-tone={props.toast.tone}>
    <Show when={props.toast.tone === "ok"} fallback={<CircleAlert size={16} aria-hidden="true" />}>
      <CircleCheck size={16} aria-hidden="true" />
    </Show>
    <div>
      <b>{props.toast.title}</b>
      <Show when={props.toast.body}>
        <small>{props.toast.body}</small>
      </Show>
    </div>
    <Show when={props.toast.action}>
      {(action) => (
        <button type="button" class="btn" data-small title="Ctrl Z" onClick={() => take(props.toast)}>
          {action().label}
        </button>
      )}
    </Show>
    <button
      type="button"
      class="icon"
      aria-label={`Dismiss: ${props.toast.title}`}
      onClick={() => dismiss(props.toast.id)}
    >
      <X size={14} aria-hidden="true" />
    </button>
  </div>
);
