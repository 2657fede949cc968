import { createSignal, Show, untrack, type JSX } from "solid-js";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { Changed } from "./Changed";
import { UpdateStream, type Stream } from "./settings.gql";
import { hostOf, isShortened, kindHints } from "./settings.model";

const hidden = "What stands behind the question mark is not shown. Enter the whole address to change it.";
const shownIn = (stream: Stream) => (isShortened(stream.url) ? "" : stream.url);

/** Where a stream leads. Where it stands stays when it is changed. */
export function StreamForm(props: {
  stream: Stream;
  /** The version that the person has seen. */
  version: number;
  onSaved: (stream: Stream) => void;
  again: () => void;
  /** The person takes what somebody else has made of it. */
  onTheirs: () => void;
  /** Beside the button that saves. */
  children: JSX.Element;
}) {
  const { send, busy } = useSend();
  const refusal = useRefusal();
  // What is typed stays, whatever the stream becomes meanwhile.
  const [typed, setTyped] = createSignal(untrack(() => shownIn(props.stream)));
  const [form, setForm] = createSignal<HTMLFormElement>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const url = typed().trim();
    // Nothing typed over an address that is not shown in full: it stays.
    if (busy() || (url === "" && isShortened(props.stream.url))) return;
    const { done, failure } = await send(UpdateStream, {
      input: { id: props.stream.id, url, expectedVersion: props.version },
    });
    refusal.show(form()!, failure);
    if (failure?.code === "CONFLICT") props.again();
    if (!done) return;
    toast("Stream saved", `Entries are sent to ${hostOf(done.auditStream.url)} from now on.`);
    setTyped(shownIn(done.auditStream));
    props.onSaved(done.auditStream);
  };
  const follow = () => {
    setTyped(shownIn(props.stream));
    refusal.show(form()!, undefined);
    props.onTheirs();
  };
  return (
    <form ref={setForm} novalidate onSubmit={(event) => void submit(event)}>
      <TextField
        label="Address"
        name="url"
        autocomplete="off"
        spellcheck={false}
        value={typed()}
        onValue={setTyped}
        placeholder={
          isShortened(props.stream.url) ? props.stream.url : kindHints[props.stream.kind].placeholder
        }
        hint={isShortened(props.stream.url) ? hidden : kindHints[props.stream.kind].hint}
        error={refusal.errors()["url"]}
      />
      <Show when={refusal.failure()}>
        {(failure) => <Changed failure={failure()} what="this stream" onTheirs={follow} />}
      </Show>
      <footer>
        {props.children}
        <Button type="submit" tone="primary" busy={busy()}>
          Save stream
        </Button>
      </footer>
    </form>
  );
}
