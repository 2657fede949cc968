import { createQuery } from "@urql/solid";
import { createEffect, createMemo, createSignal, lazy, on, onCleanup, Show, Suspense } from "solid-js";
import { onReconnect } from "../../api/live";
import { useCan } from "../../app/me";
import { plural } from "../../lib/format";
import { useUrlState } from "../../lib/url-state";
import { Button } from "../../ui/Button";
import { Plus } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { Empty, QueryView } from "../../ui/States";
import { AlertRulesQuery, type Rule } from "../alerts.gql";
import type { Labels } from "./alerts.model";
import { FiringTable } from "./FiringTable";
import { RuleTable } from "./RuleTable";

const NewRuleModal = lazy(async () => ({ default: (await import("./NewRuleModal")).NewRuleModal }));
const RuleSheet = lazy(async () => ({ default: (await import("./RuleSheet")).RuleSheet }));

/** Rules are judged every five seconds. */
const everyMs = 10_000;

/** What administrators are told about: the rules, and every time that one was broken. */
export function Alerts(props: { labels: Labels }) {
  const url = useUrlState();
  const can = useCan();
  const [result, refetch] = createQuery({ query: AlertRulesQuery, requestPolicy: "cache-and-network" });
  const again = () => refetch({ requestPolicy: "network-only" });
  onReconnect(again);
  const timer = setInterval(() => !document.hidden && again(), everyMs);
  onCleanup(() => clearInterval(timer));
  const rules = () => result.data?.alertRules ?? [];
  const [turn, setTurn] = createSignal(0);
  const states = createMemo(() =>
    rules()
      .map(({ id, state, stateSince }) => `${id} ${state} ${stateSince}`)
      .join(),
  );
  createEffect(on(states, () => setTurn((count) => count + 1), { defer: true }));
  const opened = () => rules().find((rule) => rule.id === url.get("rule"));
  const create = () => url.set({ rule: "new" });
  const close = () => url.set({ rule: undefined });
  return (
    <>
      <Card
        title="Alert rules"
        flush
        aside={
          <Show when={can("SYSTEM_SETTINGS_MANAGE")} fallback={summary(rules())}>
            <Button small icon={Plus} onClick={create}>
              New rule
            </Button>
          </Show>
        }
      >
        <QueryView of={result} retry={again}>
          {() => (
            <Show when={rules().length} fallback={<NoRules />}>
              <RuleTable
                rules={rules()}
                labels={props.labels}
                open={url.get("rule")}
                onOpen={(rule) => url.set({ rule }, { push: true })}
              />
            </Show>
          )}
        </QueryView>
      </Card>
      <Card title="Alerts" flush aside={summary(rules())}>
        <FiringTable labels={props.labels} turn={turn()} />
      </Card>
      <Suspense>
        <Show when={url.get("rule") === "new" && can("SYSTEM_SETTINGS_MANAGE")}>
          <NewRuleModal labels={props.labels} onMade={again} onClose={close} />
        </Show>
        <Show when={opened()}>
          {(rule) => <RuleSheet rule={rule()} labels={props.labels} again={again} onClose={close} />}
        </Show>
      </Suspense>
    </>
  );
}

function summary(rules: readonly Rule[]) {
  const firing = rules.filter((rule) => rule.state === "FIRING").length;
  return firing ? `${plural(firing, "rule")} firing now` : "None is firing";
}

const NoRules = () => (
  <Empty
    title="No alert rules"
    text="A rule tells administrators when a figure has been over a limit for too long, and when it is over."
  />
);
