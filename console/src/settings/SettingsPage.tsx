import { createQuery } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import type { Failure } from "../api/failure";
import { onReconnect } from "../api/live";
import type { ResultOf } from "../api/graphql";
import { useSend } from "../api/send";
import { sentence } from "../lib/format";
import { onReturn } from "../lib/on-return";
import { Button } from "../ui/Button";
import { Refusal } from "../ui/Refusal";
import { Card, PageHead } from "../ui/Layout";
import { Problem } from "../ui/Problem";
import { QueryView, Skeleton } from "../ui/States";
import { Switch } from "../ui/Switch";
import { toast } from "../ui/toast";
import { SettingsQuery, UpdateSettings } from "./settings.gql";
import styles from "./Settings.module.css";

type Answer = ResultOf<typeof SettingsQuery>;

/** What the organisation has decided about itself. */
export function SettingsPage() {
  const [result, refetch] = createQuery({ query: SettingsQuery, requestPolicy: "cache-and-network" });
  const again = () => refetch({ requestPolicy: "network-only" });
  onReturn(again);
  onReconnect(again);
  return (
    <>
      <PageHead
        title="Settings"
        sub="They hold for the whole organisation. Every change is in the audit log."
      />
      <QueryView of={result} retry={again} skeleton={<Skeleton rows={4} />}>
        {(data) => <MaskCard answer={data()} again={again} />}
      </QueryView>
    </>
  );
}

function MaskCard(props: { answer: Answer; again: () => void }) {
  const { send, busy } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const isOn = () => props.answer.settings.maskAddresses;
  const change = async (maskAddresses: boolean) => {
    const expectedVersion = props.answer.settings.version;
    const { failure: refused } = await send(UpdateSettings, { input: { maskAddresses, expectedVersion } });
    setFailure(refused);
    if (refused) return;
    toast(maskAddresses ? "Addresses are masked now" : "Addresses are shown in full now");
    props.again();
  };
  const reload = () => {
    setFailure(undefined);
    props.again();
  };
  return (
    <Card title="Privacy" class={styles.card}>
      <div class={styles.body}>
        <Switch
          label="Mask addresses"
          text={`People who may not export leads see addresses of leads in part only: in lists, on every page, in what is streamed and through the API. It is in force within a second.`}
          checked={isOn()}
          busy={busy()}
          onChange={(checked) => void change(checked)}
        />
        <Show when={failure()}>
          {(refused) => (
            <Show when={refused().code === "CONFLICT"} fallback={<Refusal of={refused()} />}>
              <Problem
                tone="warn"
                message="Somebody else has changed the settings since you opened this page. Nothing was changed by you."
              >
                <Button small onClick={reload}>
                  Reload
                </Button>
              </Problem>
            </Show>
          )}
        </Show>
        <Example answer={props.answer} />
      </div>
    </Card>
  );
}

const roles = ["ADMIN", "MANAGER", "USER"] as const;

/** What each role sees, as it is set now. */
function Example(props: { answer: Answer }) {
  const exporters = () =>
    props.answer.permissions.find((each) => each.permission === "LEAD_EXPORT")?.roles ?? [];
  const seenBy = (role: (typeof roles)[number]) =>
    props.answer.settings.maskAddresses && !exporters().includes(role)
      ? "j***@example.com"
      : "jane.doe@example.com";
  return (
    <table class={styles.example}>
      <caption class="sr">What each role sees now</caption>
      <thead>
        <tr>
          <th scope="col">Role</th>
          <th scope="col">Sees, as it is set now</th>
          <th scope="col" data-wide>
            Why
          </th>
        </tr>
      </thead>
      <tbody>
        {roles.map((role) => (
          <tr>
            <th scope="row">{sentence(role)}</th>
            <td class="mono">{seenBy(role)}</td>
            <td class="dim" data-wide>
              {exporters().includes(role) ? "May export leads" : "May not export leads"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
