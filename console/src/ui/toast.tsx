import { createSignal, For, Show } from "solid-js";
import { Portal } from "solid-js/web";
import { CircleAlert, CircleCheck, X } from "./icons";

interface Toast {
  id: number;
  title: string;
  body?: string;
  tone: "ok" | "bad";
}

const limit = 4;
const okMs = 5_000;
const badMs = 10_000;

const [toasts, setToasts] = createSignal<Toast[]>([]);
let lastId = 0;

const dismiss = (id: number) => setToasts((all) => all.filter((toast) => toast.id !== id));

/** Says in a corner what has happened. A failure stays twice as long; a field's error belongs to its field. */
export function toast(title: string, body?: string, tone: "ok" | "bad" = "ok") {
  const id = ++lastId;
  setToasts((all) => [...all, { id, title, body, tone }].slice(-limit));
  setTimeout(() => dismiss(id), tone === "ok" ? okMs : badMs);
}

/** Where toasts appear; once, in the shell. */
export const Toaster = () => (
  <Portal>
    <div class="toasts" role="region" aria-label="Notifications" aria-live="polite">
      <For each={toasts()}>
        {(each) => (
          <div class="toast" data-tone={each.tone}>
            <Show when={each.tone === "ok"} fallback={<CircleAlert size={16} aria-hidden="true" />}>
              <CircleCheck size={16} aria-hidden="true" />
            </Show>
            <div>
              <b>{each.title}</b>
              <Show when={each.body}>
                <small>{each.body}</small>
              </Show>
            </div>
            <button
              type="button"
              class="icon"
              aria-label={`Dismiss: ${each.title}`}
              onClick={() => dismiss(each.id)}
            >
              <X size={14} aria-hidden="true" />
            </button>
          </div>
        )}
      </For>
    </div>
  </Portal>
);
