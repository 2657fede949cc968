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
        {(data) => (
          <div class="stack">
            <MaskCard answer={data()} again={again} />
            <FourEyesCard answer={data()} again={again} />
          </div>
        )}
      </QueryView>
    </>
  );
}

interface CardProps {
  answer: Answer;
  again: () => void;
}

/** Switches one of the settings, with the version on screen; and what the server said when it refused. */
function useSetting(props: CardProps) {
  const { send, busy } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const change = async (
    wanted: { maskAddresses?: boolean; fourEyesLaunch?: boolean },
    done: string,
  ): Promise<void> => {
    const expectedVersion = props.answer.settings.version;
    const { failure: refused } = await send(UpdateSettings, { input: { ...wanted, expectedVersion } });
    setFailure(refused);
    if (refused) return;
    toast(done);
    props.again();
  };
  const reload = () => {
    setFailure(undefined);
    props.again();
  };
  return { change, busy, failure, reload };
}

const Refused = (props: { failure: Failure | undefined; reload: () => void }) => (
  <Show when={props.failure}>
    {(refused) => (
      <Show when={refused().code === "CONFLICT"} fallback={<Refusal of={refused()} />}>
        <Problem
          tone="warn"
          message="Somebody else has changed the settings since you opened this page. Nothing was changed by you."
        >
          <Button small onClick={() => props.reload()}>
            Reload
          </Button>
        </Problem>
      </Show>
    )}
  </Show>
);

function MaskCard(props: CardProps) {
  const { change, busy, failure, reload } = useSetting(props);
  return (
    <Card title="Privacy" class={styles.card}>
      <div class={styles.body}>
        <Switch
          label="Mask addresses"
          text={`People who may not export leads see addresses of leads in part only: in lists, on every page, in what is streamed and through the API. It is in force within a second.`}
          checked={props.answer.settings.maskAddresses}
          busy={busy()}
          onChange={(maskAddresses) =>
            void change(
              { maskAddresses },
              maskAddresses ? "Addresses are masked now" : "Addresses are shown in full now",
            )
          }
        />
        <Refused failure={failure()} reload={reload} />
        <Example answer={props.answer} />
      </div>
    </Card>
  );
}

function FourEyesCard(props: CardProps) {
  const { change, busy, failure, reload } = useSetting(props);
  return (
    <Card title="Launches" class={styles.card}>
      <div class={styles.body}>
        <Switch
          label="Four eyes at a launch"
          text={`Whoever made a campaign or edited it last does not launch it, schedule it or clear its halt: a second person does. What is scheduled already is asked again at its time.`}
          checked={props.answer.settings.fourEyesLaunch}
          busy={busy()}
          onChange={(fourEyesLaunch) =>
            void change(
              { fourEyesLaunch },
              fourEyesLaunch ? "Launches need a second person now" : "Authors may launch by themselves now",
            )
          }
        />
        <Refused failure={failure()} reload={reload} />
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
