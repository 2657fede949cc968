import { graphql, type ResultOf } from "../api/graphql";

export const HealthNowFragment = graphql(`
  fragment HealthNow on Health @_unmask {
    status
    at
    host
    services {
      name
      status
      latencyMs
      detail
    }
    cpu {
      percent
      status
    }
    memory {
      percent
      usedBytes
      totalBytes
      status
    }
    disk {
      percent
      freeBytes
      totalBytes
      status
    }
    eventLoop {
      p99Ms
      status
    }
    signals {
      name
      label
      unit
      value
      status
      warning
      critical
    }
  }
`);

export const HealthQuery = graphql(
  `
    query Health {
      health {
        ...HealthNow
      }
    }
  `,
  [HealthNowFragment],
);

export const HealthFiveTimesASecond = graphql(
  `
    subscription HealthLive {
      healthUpdated(intervalMs: 200) {
        cursor
        health {
          ...HealthNow
        }
      }
    }
  `,
  [HealthNowFragment],
);

/** How every service was, in forty ticks over the range. */
export const ServiceHistoryQuery = graphql(`
  query HealthServices($from: DateTime!, $to: DateTime!, $host: String) {
    healthHistory(from: $from, to: $to, points: 10, host: $host) {
      from
      to
      host
      hosts
      services {
        name
        latencyP50Ms
        latencyP95Ms
        availability
        ticks {
          at
          status
          latencyMs
          badSeconds
        }
      }
    }
  }
`);

export type HealthNow = ResultOf<typeof HealthNowFragment>;
export type Signal = HealthNow["signals"][number];
export type ServiceNow = HealthNow["services"][number];
export type ServicesThen = ResultOf<typeof ServiceHistoryQuery>["healthHistory"];
export type ServiceThen = ServicesThen["services"][number];
export type Tick = ServiceThen["ticks"][number];
