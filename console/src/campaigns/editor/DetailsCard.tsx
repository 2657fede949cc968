import { AreaField, TextField } from "../../ui/Field";
import { Card } from "../../ui/Layout";
import { SendersField } from "./SendersField";
import type { Draft } from "./editor.model";
import type { Editor } from "./use-editor";

type Key = "name" | "fromName" | "fromEmail" | "replyTo" | "postalAddress";

/** Name, sender or senders, and the postal address that the law asks for. */
export function DetailsCard(props: { editor: Editor }) {
  const bind = (key: Key) => ({
    name: key,
    get value() {
      return props.editor.draft[key];
    },
    get error() {
      return props.editor.errors()[key];
    },
    onValue: (value: string) => props.editor.edit((draft: Draft) => void (draft[key] = value), key),
  });
  return (
    <Card title="Details">
      <div class="formgrid">
        <TextField label="Campaign name" wide hint="Only you and your colleagues see it." {...bind("name")} />
        <TextField
          label="Sender name"
          autocomplete="off"
          placeholder="Ada from Northwind"
          {...bind("fromName")}
        />
        <TextField label="Sender address" type="email" autocomplete="off" {...bind("fromEmail")} />
        <TextField label="Replies go to" type="email" optional autocomplete="off" {...bind("replyTo")} />
        <AreaField
          label="Postal address"
          rows={2}
          optional
          hint="Stands at the end of each mail; many countries ask for it."
          {...bind("postalAddress")}
        />
      </div>
      <SendersField editor={props.editor} />
    </Card>
  );
}
