import { graphql, type ResultOf } from "../api/graphql";
import { HealthPartsFragment } from "../api/health-parts";

export const HealthNowFragment = graphql(
  `
    fragment HealthNow on Health @_unmask {
      ...HealthParts
      host
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
  `,
  [HealthPartsFragment],
);

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

/** How a machine was: figures for charts, forty ticks of every service, and what was done meanwhile. */
export const HealthHistoryQuery = graphql(`
  query HealthHistory($from: DateTime!, $to: DateTime!, $host: String) {
    healthHistory(from: $from, to: $to, points: 300, host: $host) {
      from
      to
      host
      hosts
      stepSeconds
      series {
        at
        cpuPercent
        cpuPercentMax
        memoryPercent
        diskPercent
        eventLoopP99Ms
        eventLoopP99MsMax
      }
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
      markers {
        at
        label
        href
      }
    }
  }
`);

export type HealthNow = ResultOf<typeof HealthNowFragment>;
export type Signal = HealthNow["signals"][number];
export type ServiceNow = HealthNow["services"][number];
export type HistoryThen = ResultOf<typeof HealthHistoryQuery>["healthHistory"];
export type ServiceThen = HistoryThen["services"][number];
export type Tick = ServiceThen["ticks"][number];
export type Marker = HistoryThen["markers"][number];
