import { useClient } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { toast } from "../../ui/toast";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { TextField } from "../../ui/Field";
import { Problem } from "../../ui/States";
import { CreateLead, type LeadList } from "../leads.gql";
import { useForm } from "./use-form";
import styles from "../Leads.module.css";

const fields = [
  { name: "firstName", label: "First name", autocomplete: "off" },
  { name: "lastName", label: "Last name", autocomplete: "off" },
  { name: "company", label: "Company", autocomplete: "off" },
  { name: "title", label: "Title", autocomplete: "off" },
] as const;

const textOf = (values: FormData, name: string) => String(values.get(name) ?? "").trim() || null;

/** Enters one person by hand. */
export function CreateLeadModal(props: { lists: readonly LeadList[]; chosen: string; onClose: () => void }) {
  const client = useClient();
  const [again, setAgain] = createSignal(false);
  const form = useForm(async (values) => {
    const input = {
      email: textOf(values, "email") ?? "",
      firstName: textOf(values, "firstName"),
      lastName: textOf(values, "lastName"),
      company: textOf(values, "company"),
      title: textOf(values, "title"),
      timezone: textOf(values, "timezone"),
      listIds: values.getAll("listIds").map(String),
    };
    const result = await client.mutation(CreateLead, { input }).toPromise();
    return { error: result.error, outcome: result.data?.createLead };
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const element = event.currentTarget as HTMLFormElement;
    const done = await form.submit(element);
    if (done?.kind !== "CreateLeadSuccess") return;
    toast("Lead added", done.lead.email);
    if (!again()) return props.onClose();
    element.reset();
    element.querySelector<HTMLElement>("[name=email]")?.focus();
  };
  return (
    <Modal title="New lead" onClose={props.onClose} width={520}>
      <form onSubmit={(event) => void submit(event)} novalidate>
        <Show when={form.failure()}>{(message) => <Problem message={message()} />}</Show>
        <div class={`formgrid ${styles.modalform}`}>
          <TextField
            label="E-mail"
            name="email"
            type="email"
            wide
            required
            autocomplete="off"
            error={form.errors()["email"]}
          />
          <For each={fields}>
            {(field) => <TextField {...field} optional error={form.errors()[field.name]} />}
          </For>
          <TextField
            label="Time zone"
            name="timezone"
            optional
            wide
            placeholder="Europe/Lisbon"
            error={form.errors()["timezone"]}
          />
          <Show when={props.lists.length}>
            <fieldset data-wide class="field">
              <legend class="label">
                Lists <small class="dim">· optional</small>
              </legend>
              <div class={styles.listchecks}>
                <For each={props.lists}>
                  {(list) => (
                    <label class="check">
                      <input
                        type="checkbox"
                        name="listIds"
                        value={list.id}
                        checked={list.id === props.chosen}
                      />
                      <span class="clip">{list.name}</span>
                    </label>
                  )}
                </For>
              </div>
            </fieldset>
          </Show>
        </div>
        <footer class={styles.splitfoot}>
          <label class="check">
            <input
              type="checkbox"
              checked={again()}
              onChange={(event) => setAgain(event.currentTarget.checked)}
            />
            Add another one after this
          </label>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" busy={form.busy()}>
            Add lead
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
