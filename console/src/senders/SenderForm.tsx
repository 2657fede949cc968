import { createSignal, Show, untrack, type JSX } from "solid-js";
import type { Failure } from "../api/failure";
import { Button } from "../ui/Button";
import { AreaField, TextField } from "../ui/Field";
import { Problem } from "../ui/Problem";
import { Refusal } from "../ui/Refusal";
import { useRefusal } from "../ui/use-refusal";
import type { Sender } from "./senders.gql";
import { valuesOf, type SenderValues } from "./senders.model";

const shown = (value: number | null | undefined) => (value ? String(value) : "");

/** Who a sender is, and how much it sends at most. */
export function SenderForm(props: {
  sender?: Sender;
  submit: string;
  /** Answers why it was refused, if it was. */
  save: (values: SenderValues) => Promise<Failure | undefined>;
  /** Takes what somebody else has made of it meanwhile. */
  reload?: () => void;
  children?: JSX.Element;
}) {
  const { errors, failure, show } = useRefusal();
  const [busy, setBusy] = createSignal(false);
  // What is typed stays, whatever the sender becomes meanwhile.
  const start = untrack(() => (props.sender ? { ...props.sender } : undefined));
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const form = event.currentTarget as HTMLFormElement;
    const values = valuesOf(new FormData(form));
    if ("code" in values) return show(form, values);
    setBusy(true);
    const refused = await props.save(values);
    setBusy(false);
    show(form, refused);
  };
  const limit = { inputmode: "numeric", autocomplete: "off", placeholder: "No limit" } as const;
  return (
    <form novalidate onSubmit={(event) => void submit(event)}>
      <div class="formgrid">
        <TextField
          label="Name"
          name="name"
          autocomplete="off"
          maxlength="100"
          placeholder="Ada from Northwind"
          value={start?.name ?? ""}
          error={errors()["name"]}
        />
        <TextField
          label="Address"
          name="address"
          type="email"
          autocomplete="off"
          value={start?.address ?? ""}
          error={errors()["address"]}
        />
        <TextField
          label="Replies go to"
          name="replyTo"
          type="email"
          optional
          wide
          autocomplete="off"
          value={start?.replyTo ?? ""}
          error={errors()["replyTo"]}
        />
        <AreaField
          label="Postal address"
          name="postalAddress"
          rows={2}
          optional
          wide
          hint="Stands at the end of each mail; many countries ask for it."
          value={start?.postalAddress ?? ""}
          error={errors()["postalAddress"]}
        />
        <TextField
          label="Mails an hour"
          name="perHour"
          {...limit}
          value={shown(start?.perHour)}
          error={errors()["perHour"]}
        />
        <TextField
          label="Mails a day"
          name="perDay"
          {...limit}
          hint="Of all campaigns together; a day is one of UTC."
          value={shown(start?.perDay)}
          error={errors()["perDay"]}
        />
        <TextField
          label="Gap in seconds"
          name="gapSeconds"
          {...limit}
          placeholder="No gap"
          hint="From one mail to the next, at least."
          value={shown(start?.gapSeconds)}
          error={errors()["gapSeconds"]}
        />
      </div>
      <Show when={failure()}>
        {(refused) => (
          <Show when={refused().code === "CONFLICT" && props.reload} fallback={<Refusal of={refused()} />}>
            <Problem
              tone="warn"
              message="Somebody else has changed this sender since you opened it. Nothing was changed by you."
            >
              <Button small onClick={() => props.reload?.()}>
                Reload theirs
              </Button>
            </Problem>
          </Show>
        )}
      </Show>
      <footer>
        {props.children}
        <Button type="submit" tone="primary" busy={busy()}>
          {props.submit}
        </Button>
      </footer>
    </form>
  );
}
