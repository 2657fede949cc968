import { createQuery } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import { onReconnect } from "../api/live";
import { useSend } from "../api/send";
import { useCan } from "../app/me";
import { plural } from "../lib/format";
import { onReturn } from "../lib/on-return";
import { Button } from "../ui/Button";
import { Modal } from "../ui/dialogs";
import { AreaField, TextField } from "../ui/Field";
import { Pencil } from "../ui/icons";
import { Card } from "../ui/Layout";
import { Problem } from "../ui/Problem";
import { Refusal } from "../ui/Refusal";
import { QueryView, Skeleton } from "../ui/States";
import { toast } from "../ui/toast";
import { useRefusal } from "../ui/use-refusal";
import { LimitsQuery, UpdateLimits, type Limits } from "./limits.gql";
import { limitsOf, limitWords, linesOf } from "./limits.model";

/** What all campaigns together send at most, to everybody and to each destination domain. */
export function LimitsCard() {
  const can = useCan();
  const [result, refetch] = createQuery({ query: LimitsQuery, requestPolicy: "cache-and-network" });
  const again = () => refetch({ requestPolicy: "network-only" });
  onReturn(again);
  onReconnect(again);
  const [editing, setEditing] = createSignal<Limits>();
  const edit = () => result.data && setEditing({ ...result.data.sendingLimits });
  return (
    <Card
      title="Limits of the organisation"
      aside={
        <Show when={can("SYSTEM_SETTINGS_MANAGE") && result.data}>
          <Button small icon={Pencil} onClick={edit}>
            Change
          </Button>
        </Show>
      }
    >
      <QueryView of={result} retry={again} skeleton={<Skeleton rows={3} />}>
        {(data) => <Facts limits={data().sendingLimits} />}
      </QueryView>
      <Show when={editing()} keyed>
        {(limits) => (
          <LimitsModal
            limits={limits}
            reload={() => (setEditing(undefined), again())}
            onSaved={() => (setEditing(undefined), again())}
            onClose={() => setEditing(undefined)}
          />
        )}
      </Show>
    </Card>
  );
}

const Facts = (props: { limits: Limits }) => (
  <dl class="facts">
    <dt>All campaigns</dt>
    <dd>{limitWords(props.limits.perHour, props.limits.perDay)}</dd>
    <dt>To a domain</dt>
    <dd>
      {limitWords(props.limits.domainPerHour, props.limits.domainPerDay)}
      <Show when={props.limits.domains.length}>
        {(listed) => (
          <>
            ; {plural(listed(), "domain")} with limits of {listed() === 1 ? "its" : "their"} own:{" "}
            {props.limits.domains
              .slice(0, 3)
              .map(({ domain, perHour, perDay }) => `${domain} ${limitWords(perHour, perDay)}`)
              .join("; ")}
            {listed() > 3 ? "…" : ""}
          </>
        )}
      </Show>
    </dd>
    <Show when={props.limits.slowed.length}>
      <dt>Slowed down</dt>
      <dd>
        {props.limits.slowed
          .slice(0, 3)
          .map(({ domain, perHour }) => `${domain} ${limitWords(perHour, null)}`)
          .join("; ")}
        {props.limits.slowed.length > 3 ? "…" : ""}
        <span class="dim"> They asked for less mail; each hour they get twice as much.</span>
      </dd>
    </Show>
  </dl>
);

function LimitsModal(props: {
  limits: Limits;
  reload: () => void;
  onSaved: () => void;
  onClose: () => void;
}) {
  const { send, busy } = useSend();
  const { errors, failure, show } = useRefusal();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const form = event.currentTarget as HTMLFormElement;
    const values = limitsOf(new FormData(form));
    if ("code" in values) return show(form, values);
    const input = { ...values, expectedVersion: props.limits.version };
    const { done, failure: refused } = await send(UpdateLimits, { input });
    if (done) {
      toast("Limits saved", "They hold from the next mail on.");
      return props.onSaved();
    }
    // What is wrong with one line is said below all of them.
    const issues = refused.issues.map((issue) =>
      issue.path.startsWith("domains") ? { ...issue, path: "domains" } : issue,
    );
    show(form, { ...refused, issues });
  };
  const field = (name: "perHour" | "perDay" | "domainPerHour" | "domainPerDay", label: string) => (
    <TextField
      label={label}
      name={name}
      inputmode="numeric"
      autocomplete="off"
      placeholder="No limit"
      value={props.limits[name] === null ? "" : String(props.limits[name])}
      error={errors()[name]}
    />
  );
  return (
    <Modal
      title="Limits of the organisation"
      description="Of all campaigns together, in hours and days of UTC. What meets a full limit waits, and says so."
      onClose={props.onClose}
    >
      <form novalidate onSubmit={(event) => void submit(event)}>
        <div class="formgrid">
          {field("perHour", "Mails an hour")}
          {field("perDay", "Mails a day")}
          {field("domainPerHour", "To one domain, an hour")}
          {field("domainPerDay", "To one domain, a day")}
          <AreaField
            label="Domains with limits of their own"
            name="domains"
            rows={4}
            wide
            optional
            spellcheck={false}
            hint="One a line with its limit of the hour and of the day, such as: example.com 20 500. A dash is no limit."
            value={linesOf(props.limits.domains)}
            error={errors()["domains"]}
          />
        </div>
        <Show when={failure()}>
          {(refused) => (
            <Show when={refused().code === "CONFLICT"} fallback={<Refusal of={refused()} />}>
              <Problem
                tone="warn"
                message="Somebody else has changed the settings since you opened this. Nothing was changed by you."
              >
                <Button small onClick={() => props.reload()}>
                  Reload
                </Button>
              </Problem>
            </Show>
          )}
        </Show>
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" busy={busy()}>
            Save limits
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
