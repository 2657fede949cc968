import { A } from "@solidjs/router";
import { createSignal, For, Show } from "solid-js";
import { onLive } from "../../api/live";
import { useCan } from "../../app/me";
import { sentence } from "../../lib/format";
import { appended, latency, readingsOf, serviceLabel } from "../../lib/health-readings";
import { Gauge } from "../../ui/Gauge";
import { Card } from "../../ui/Layout";
import { healthTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { HealthLive, type HealthParts } from "../overview.gql";
import styles from "../Overview.module.css";

const historyLength = 60;

/** Four gauges once a second and every service by word and latency. */
export function HealthStrip(props: { first: HealthParts }) {
  const [live, setLive] = createSignal<HealthParts>();
  const [history, setHistory] = createSignal<number[][]>([[], [], [], []]);
  const health = () => live() ?? props.first;
  onLive(
    HealthLive,
    () => ({}),
    (event) => {
      const next = event.healthUpdated.health;
      setLive(next);
      setHistory((all) =>
        readingsOf(next).map((reading, index) => appended(all[index] ?? [], reading.level, historyLength)),
      );
    },
  );
  return (
    <Card title="System health" aside={<Standing status={health().status} />}>
      <div class={styles.gauges}>
        <For each={[0, 1, 2, 3]}>
          {(index) => (
            <Show when={readingsOf(health())[index]}>
              {(reading) => <Gauge of={reading()} history={history()[index] ?? []} />}
            </Show>
          )}
        </For>
      </div>
      <ul class={styles.services}>
        <For each={health().services.map((service) => service.name)}>
          {(name) => (
            <Show when={health().services.find((service) => service.name === name)}>
              {(service) => (
                <li>
                  <b>{serviceLabel(service().name)}</b>
                  <span class="clip dim">{service().detail ?? ""}</span>
                  <span class="num dim">
                    {service().latencyMs == null ? "" : latency(service().latencyMs ?? 0)}
                  </span>
                  <Tag tone={healthTones[service().status]}>{sentence(service().status)}</Tag>
                </li>
              )}
            </Show>
          )}
        </For>
      </ul>
    </Card>
  );
}

/** The state in a word; for those who may see more, the way to it. */
const Standing = (props: { status: HealthParts["status"] }) => {
  const can = useCan();
  return (
    <span class={styles.standing}>
      <Tag tone={healthTones[props.status]}>{sentence(props.status)}</Tag>
      <Show when={can("SYSTEM_HEALTH_READ")}>
        <A class="textlink" href="/health">
          Look closer
        </A>
      </Show>
    </span>
  );
};
