import { createSignal, For, Show } from "solid-js";
import { onLive } from "../../api/live";
import { bytes, sentence } from "../../lib/format";
import { Card } from "../../ui/Layout";
import { Spark } from "../../ui/Spark";
import { healthTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { HealthLive, type HealthParts } from "../overview.gql";
import { appended } from "../overview.model";
import styles from "../Overview.module.css";

const historyLength = 60;
const strokes = { HEALTHY: "var(--accent)", DEGRADED: "var(--warn)", UNHEALTHY: "var(--bad)" } as const;

const serviceLabels: Record<string, string> = {
  postgres: "PostgreSQL",
  redis: "Redis",
  mail: "E-mail",
  workers: "Workers",
};

type Status = HealthParts["status"];

interface Reading {
  label: string;
  value: string;
  unit: string;
  note: string;
  level: number;
  max?: number;
  status: Status;
}

function readings(health: HealthParts): Reading[] {
  const percent = (label: string, part: { percent: number; status: Status }, note: string): Reading => {
    const value = part.percent.toFixed(0);
    return { label, value, unit: "%", note, level: part.percent, max: 100, status: part.status };
  };
  const { cpu, memory, disk, eventLoop } = health;
  return [
    percent("CPU", cpu, "mean of a minute"),
    percent("Memory", memory, `${bytes(memory.usedBytes)} of ${bytes(memory.totalBytes)}`),
    percent("Disk", disk, `${bytes(disk.freeBytes)} free`),
    {
      label: "Event loop",
      value: eventLoop.p99Ms.toFixed(0),
      unit: "ms",
      note: "p99 delay",
      level: eventLoop.p99Ms,
      status: eventLoop.status,
    },
  ];
}

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
        readings(next).map((reading, index) => appended(all[index] ?? [], reading.level, historyLength)),
      );
    },
  );
  return (
    <Card
      title="System health"
      aside={<Tag tone={healthTones[health().status]}>{sentence(health().status)}</Tag>}
    >
      <div class={styles.gauges}>
        <For each={[0, 1, 2, 3]}>
          {(index) => (
            <Show when={readings(health())[index]}>
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
                  <b>{serviceLabels[service().name] ?? sentence(service().name)}</b>
                  <span class="clip dim">{service().detail ?? ""}</span>
                  <span class="num dim">
                    {service().latencyMs == null ? "" : `${latency(service().latencyMs ?? 0)}`}
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

const latency = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

const radius = 15;
const arc = 2 * Math.PI * radius * 0.75;

const Gauge = (props: { of: Reading; history: readonly number[] }) => (
  <div class={styles.gauge} style={{ "--g": strokes[props.of.status] }}>
    <svg viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r={radius} stroke-dasharray={`${arc} 999`} transform="rotate(135 20 20)" />
      <circle
        class={styles.fill}
        cx="20"
        cy="20"
        r={radius}
        stroke-dasharray={`${(arc * Math.min(100, props.of.max ? props.of.level : props.of.level / 5)) / 100} 999`}
        transform="rotate(135 20 20)"
      />
    </svg>
    <div>
      <h3>
        {props.of.label}
        <Show when={props.of.status !== "HEALTHY"}>
          <span class={styles.word}>{sentence(props.of.status)}</span>
        </Show>
      </h3>
      <p>
        <b class="num">{props.of.value}</b> <small>{props.of.unit}</small>
      </p>
      <small class="clip">{props.of.note}</small>
    </div>
    <Spark values={props.history} min={0} max={props.of.max} colour="var(--g)" />
  </div>
);
