import type { CombinedError } from "@urql/core";
import { For, Show } from "solid-js";
import { sentence } from "../../lib/format";
import { latency, serviceLabel } from "../../lib/health-readings";
import { Card } from "../../ui/Layout";
import { QueryRefusal } from "../../ui/Refusal";
import { healthTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import type { ServiceNow, HistoryThen, ServiceThen } from "../health.gql";
import { availability, span, tickTitle } from "../health.model";
import styles from "../Health.module.css";

/** Everything the product depends on: how it is now, how it answers, and forty ticks of how it was. */
export const ServiceList = (props: {
  now: readonly ServiceNow[];
  then: HistoryThen | undefined;
  /** What the ticks are of: "last hour". */
  over: string;
  error: CombinedError | undefined;
  retry: () => void;
  isStale: boolean;
}) => {
  const healthy = () => props.now.filter((service) => service.status === "HEALTHY").length;
  const thenOf = (name: string) => props.then?.services.find((service) => service.name === name);
  const tickMs = () =>
    props.then ? (Date.parse(props.then.to) - Date.parse(props.then.from)) / 40 : Number.NaN;
  return (
    <Card title="Services" aside={`${healthy()} of ${props.now.length} healthy · ${props.over}`}>
      <Show when={props.error}>{(error) => <QueryRefusal of={error()} retry={() => props.retry()} />}</Show>
      <ul class={styles.services} data-stale={props.isStale ? "" : undefined}>
        <For each={props.now}>
          {(service) => (
            <Service now={service} then={thenOf(service.name)} tickMs={tickMs()} over={props.over} />
          )}
        </For>
      </ul>
    </Card>
  );
};

const Service = (props: { now: ServiceNow; then: ServiceThen | undefined; tickMs: number; over: string }) => (
  <li>
    <b>{serviceLabel(props.now.name)}</b>
    <span class={`${styles.detail} clip`} title={props.now.detail ?? undefined}>
      {props.now.detail ?? ""}
    </span>
    <Ticks of={props.then} tickMs={props.tickMs} over={props.over} name={serviceLabel(props.now.name)} />
    <span class={`${styles.available} num`} title={`Answered in so much of the ${props.over}`}>
      {props.then ? availability(props.then.availability) : ""}
    </span>
    <span class={`${styles.latency} num`}>
      <b>{props.now.latencyMs == null ? "No answer" : latency(props.now.latencyMs)}</b>
      <Show when={props.then?.latencyP50Ms != null && props.then}>
        {(then) => (
          <small title={`Half and 95 of 100 answers of the ${props.over} came within`}>
            p50 {latency(then().latencyP50Ms ?? 0)} · p95 {latency(then().latencyP95Ms ?? 0)}
          </small>
        )}
      </Show>
    </span>
    <span class={styles.word}>
      <Tag tone={healthTones[props.now.status]}>{sentence(props.now.status)}</Tag>
    </span>
  </li>
);

/** One bar a fortieth of the range: full when healthy; the worst that was seen in it decides. */
const Ticks = (props: { of: ServiceThen | undefined; tickMs: number; over: string; name: string }) => {
  const bad = () => props.of?.ticks.reduce((sum, tick) => sum + tick.badSeconds, 0) ?? 0;
  const words = () =>
    `${props.name} in the ${props.over}: ${bad() ? `not healthy for ${span(bad())}` : "always healthy"} while it was recorded`;
  return (
    <span class={styles.ticks} role="img" aria-label={props.of ? words() : `${props.name}: no history`}>
      <For each={props.of?.ticks ?? []}>
        {(tick) => <i data-status={tick.status ?? "NONE"} title={tickTitle(tick, props.tickMs)} />}
      </For>
    </span>
  );
};
