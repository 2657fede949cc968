import { Content, Description, Overlay, Portal, Root, Title } from "@kobalte/core/dialog";
import { createSignal, Show, type JSX } from "solid-js";
import { Button } from "./Button";
import { X } from "./icons";

interface DialogProps {
  title: JSX.Element;
  description?: JSX.Element;
  onClose: () => void;
  children: JSX.Element;
}

/**
 * Without a trigger of its own, Kobalte does not give the focus back and swallows the next key presses.
 * So each dialog remembers what had the focus when it was made, and returns to it, or to what `returnTo` finds.
 */
function focusReturn(returnTo?: () => HTMLElement | null) {
  const opener = document.activeElement as HTMLElement | null;
  return (event: Event) => {
    event.preventDefault();
    const target = returnTo?.() ?? opener;
    if (target?.isConnected) target.focus();
  };
}

/** A question in the middle of the page. `width` in pixels. Render it only while it is open. */
export function Modal(props: DialogProps & { width?: number }) {
  const giveBack = focusReturn();
  return (
    <Root open onOpenChange={(open) => !open && props.onClose()}>
      <Portal>
        <Overlay class="veil" />
        <Content class="modal" style={{ "--modal": `${props.width ?? 440}px` }} onCloseAutoFocus={giveBack}>
          <header>
            <Title>{props.title}</Title>
            <Show when={props.description}>
              <Description>{props.description}</Description>
            </Show>
          </header>
          {props.children}
        </Content>
      </Portal>
    </Root>
  );
}

/** A panel at the side with the details of one row. Render it only while it is open. */
export function Sheet(
  props: DialogProps & {
    /** Where the focus goes when it closes; else back to what opened it. */
    returnTo?: () => HTMLElement | null;
    /** Beside the button that closes it. */
    aside?: JSX.Element;
    onKeyDown?: (event: KeyboardEvent & { currentTarget: HTMLElement }) => void;
  },
) {
  const giveBack = focusReturn(() => props.returnTo?.() ?? null);
  return (
    <Root open onOpenChange={(open) => !open && props.onClose()}>
      <Portal>
        <Overlay class="veil" />
        <Content class="sheet" onCloseAutoFocus={giveBack} onKeyDown={(event) => props.onKeyDown?.(event)}>
          <header>
            <div>
              <Title>{props.title}</Title>
              <Show when={props.description}>
                <Description>{props.description}</Description>
              </Show>
            </div>
            <div class="sheet-nav">
              {props.aside}
              <button type="button" class="icon" aria-label="Close" onClick={() => props.onClose()}>
                <X size={16} aria-hidden="true" />
              </button>
            </div>
          </header>
          {props.children}
        </Content>
      </Portal>
    </Root>
  );
}

/** Asks before something that cannot be undone. Closes itself when `onConfirm` resolves to true. */
export function ConfirmModal(props: {
  title: string;
  description?: JSX.Element;
  confirm: string;
  cancel?: string;
  tone?: "primary" | "danger";
  /** False when it changes nothing at the server. */
  writes?: boolean;
  onConfirm: () => Promise<boolean> | boolean;
  onClose: () => void;
  children?: JSX.Element;
}) {
  const [busy, setBusy] = createSignal(false);
  const confirm = async () => {
    setBusy(true);
    const done = await props.onConfirm();
    setBusy(false);
    if (done) props.onClose();
  };
  return (
    <Modal title={props.title} description={props.description} onClose={props.onClose} width={460}>
      {props.children}
      <footer>
        <Button onClick={() => props.onClose()}>{props.cancel ?? "Cancel"}</Button>
        <Button
          tone={props.tone ?? "danger"}
          writes={props.writes ?? true}
          busy={busy()}
          onClick={() => void confirm()}
        >
          {props.confirm}
        </Button>
      </footer>
    </Modal>
  );
}
