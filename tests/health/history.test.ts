import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import {
  forgetHealth,
  recordSample,
  rollUpHealth,
  SIGNAL_NAMES,
  type HealthSample,
} from "../../domain/health/index.js";
import { openHealthSampler } from "../../platform/health/sampler.js";
import { startApi, type Api } from "../support/api.js";
import { makeTenant, makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const QUERY = `query ($from: DateTime!, $to: DateTime!, $points: Int, $host: String) {
  healthHistory(from: $from, to: $to, points: $points, host: $host) {
    host hosts from to stepSeconds
    series { at cpuPercent memoryPercent diskPercent eventLoopP99Ms cpuPercentMax memoryPercentMax eventLoopP99MsMax }
    services { name latencyP50Ms latencyP95Ms availability ticks { at status latencyMs badSeconds } }
    markers { at action label href } } }`;

interface Series {
  readonly at: string[];
  readonly cpuPercent: (number | null)[];
  readonly cpuPercentMax: (number | null)[];
}
interface History {
  readonly host: string;
  readonly hosts: string[];
  readonly stepSeconds: number;
  readonly series: Series;
  readonly services: {
    name: string;
    availability: number;
    latencyP50Ms: number;
    latencyP95Ms: number;
    ticks: { status: string | null; badSeconds: number; latencyMs: number | null }[];
  }[];
  readonly markers: { action: string; label: string; href: string | null }[];
}

async function ask(variables: object, caller = api.as("ADMIN")) {
  return (await caller).ask<{ healthHistory: History }>(QUERY, variables);
}
async function history(variables: object): Promise<History> {
  const answer = await ask(variables);
  expect(answer.errors).toEqual([]);
  return answer.data!.healthHistory;
}

/** One sample every five seconds from `from` on; CPU counts from 1 up, Redis is down in those of `down`. */
async function samples(host: string, from: Date, count: number, down: readonly number[] = []): Promise<void> {
  await api.db.sql(
    `insert into health_sample (host, at, status, cpu_percent, memory_percent, disk_percent, event_loop_p99_ms, services)
     select $1, $2::timestamptz + n * interval '5 seconds', case when n = any($4) then 'UNHEALTHY' else 'HEALTHY' end,
       n + 1, 50, 20, 3, jsonb_build_object('postgres', jsonb_build_array('HEALTHY', 2),
         'redis', case when n = any($4) then '["UNHEALTHY", null]'::jsonb else jsonb_build_array('HEALTHY', n + 1) end)
     from generate_series(0, $3::int - 1) n`,
    [host, from.toISOString(), count, down],
  );
}

const MINUTE = 60_000;
/** A moment that is a whole number of five minutes, so long ago. */
const floored = (agoMs: number): Date => {
  const step = 5 * MINUTE;
  return new Date(Math.floor((Date.now() - agoMs) / step) * step);
};
const after = (time: Date, ms: number): Date => new Date(time.getTime() + ms);

describe("a range of the last day", () => {
  test("comes in steps of five seconds; a gap is null", async () => {
    const from = floored(60 * MINUTE);
    await samples("fine", from, 10);
    await api.db.sql("delete from health_sample where host = 'fine' and at = $1", [
      after(from, 20_000).toISOString(),
    ]);
    const { host, hosts, stepSeconds, series } = await history({
      host: "fine",
      from,
      to: after(from, MINUTE),
    });
    expect({ host, stepSeconds }).toEqual({ host: "fine", stepSeconds: 5 });
    expect(hosts).toContain("fine");
    expect(series.at).toEqual(
      Array.from({ length: 12 }, (_, step) => after(from, step * 5000).toISOString()),
    );
    expect(series.cpuPercent).toEqual([1, 2, 3, 4, null, 6, 7, 8, 9, 10, null, null]);
  });

  test("is thinned out to the points that are asked for, with means and worst figures", async () => {
    const from = floored(120 * MINUTE);
    await samples("thin", from, 120);
    const { stepSeconds, series } = await history({
      host: "thin",
      from,
      to: after(from, 10 * MINUTE),
      points: 10,
    });
    expect(stepSeconds).toBe(60);
    expect(series.cpuPercent).toEqual([6.5, 18.5, 30.5, 42.5, 54.5, 66.5, 78.5, 90.5, 102.5, 114.5]);
    expect(series.cpuPercentMax).toEqual([12, 24, 36, 48, 60, 72, 84, 96, 108, 120]);
  });

  test("has forty ticks a service: the worst state wins, with its seconds; latencies and availability", async () => {
    const from = floored(180 * MINUTE);
    await samples("ticks", from, 80, [4, 5, 21]);
    const { services } = await history({ host: "ticks", from, to: after(from, 400_000) });
    expect(services.map(({ name }) => name)).toEqual(["postgres", "redis"]);
    const [postgres, redis] = services;
    expect(postgres).toMatchObject({ availability: 1, latencyP50Ms: 2, latencyP95Ms: 2 });
    expect(redis!.ticks).toHaveLength(40);
    expect(redis!.ticks.map(({ badSeconds }) => badSeconds).slice(0, 12)).toEqual([
      0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 5, 0,
    ]);
    expect(redis!.ticks[2]).toMatchObject({ status: "UNHEALTHY", latencyMs: null });
    expect(redis!.ticks[10]).toMatchObject({ status: "UNHEALTHY", latencyMs: 21 });
    expect(redis!.ticks[39]).toMatchObject({ status: "HEALTHY", latencyMs: 79.5 });
    expect(redis!.availability).toBeCloseTo(1 - 3 / 80, 10);
  });
});

describe("beyond a day", () => {
  test("it comes from rows of five minutes, and what is not summed up yet from samples", async () => {
    await api.db.sql(
      `insert into health_history (host, at, samples, status, cpu_percent, cpu_percent_max, memory_percent, memory_percent_max,
         disk_percent, disk_percent_max, event_loop_p99_ms, event_loop_p99_ms_max, services)
       values ('long', $1, 60, 'DEGRADED', 40, 70, 1, 2, 3, 4, 5, 6,
         '{"mail": {"status": "DEGRADED", "badSeconds": 90, "downSeconds": 30, "seconds": 300, "latencyMs": 12, "latencyMsMax": 99}}')`,
      [floored(40 * 60 * MINUTE).toISOString()],
    );
    const recent = floored(20 * MINUTE);
    await samples("long", recent, 12);
    const from = floored(48 * 60 * MINUTE);
    const { stepSeconds, series, services } = await history({
      host: "long",
      from,
      to: after(from, 48 * 60 * MINUTE),
      points: 1000,
    });
    expect(stepSeconds).toBe(300);
    const known = series.at.flatMap((at, step) =>
      series.cpuPercent[step] === null
        ? []
        : [[Date.parse(at), series.cpuPercent[step], series.cpuPercentMax[step]]],
    );
    expect(known).toEqual([
      [floored(40 * 60 * MINUTE).getTime(), 40, 70],
      [recent.getTime(), 6.5, 12],
    ]);
    const mail = services.find(({ name }) => name === "mail")!;
    expect(mail.availability).toBeCloseTo(0.9, 10);
    expect(mail.ticks.find(({ status }) => status !== null)).toMatchObject({
      status: "DEGRADED",
      badSeconds: 90,
      latencyMs: 12,
    });
  });
});

describe("the roll-up", () => {
  test("equals a recount, also when it runs again and when samples came in late", async () => {
    const from = floored(65 * MINUTE);
    await samples("sum", from, 150, [0, 1, 70, 71, 72]);
    await rollUpHealth(api.db.database);
    const recount = `select host, date_bin('5 minutes', at, 'epoch') as at, count(*)::int as samples,
        (array_agg(status order by case status when 'UNHEALTHY' then 0 when 'DEGRADED' then 1 else 2 end))[1] as status,
        avg(cpu_percent)::real as cpu_percent, max(cpu_percent) as cpu_percent_max,
        5 * count(*) filter (where services -> 'redis' ->> 0 = 'UNHEALTHY') as bad,
        max((services -> 'redis' ->> 1)::float8) as latency_max
      from health_sample where host = 'sum' group by 1, 2 order by 2`;
    const rolled = `select host, at, samples, status, cpu_percent, cpu_percent_max,
        (services -> 'redis' ->> 'badSeconds')::int as bad, (services -> 'redis' ->> 'latencyMsMax')::float8 as latency_max
      from health_history where host = 'sum' order by at`;
    const first = await api.db.sql(rolled);
    expect(first).toHaveLength(3);
    expect(first).toEqual(await api.db.sql(recount));
    expect(await rollUpHealth(api.db.database)).toBe(0);
    expect(await api.db.sql(rolled)).toEqual(first);
    await samples("sum", after(from, 750_000), 7, [1]);
    expect(await rollUpHealth(api.db.database)).toBe(1);
    expect(await api.db.sql(rolled)).toEqual(await api.db.sql(recount));
  });

  test("leaves a period that is not over alone", async () => {
    await samples("now", floored(0), 2);
    await rollUpHealth(api.db.database);
    expect(await api.db.sql("select from health_history where host = 'now'")).toHaveLength(0);
  });
});

test("samples are forgotten after a day, five-minute rows after a month, in batches", async () => {
  await samples("old", floored(26 * 60 * MINUTE), 30);
  await samples("old", floored(23 * 60 * MINUTE), 3);
  await api.db.sql(
    `insert into health_history select 'old', t, 1, 'HEALTHY', 1, 1, 1, 1, 1, 1, 1, 1, '{}'
     from unnest(array[now() - interval '32 days', now() - interval '29 days']) t`,
  );
  expect(await forgetHealth(api.db.database, 20)).toBe(21);
  expect(await forgetHealth(api.db.database, 20)).toBe(10);
  expect(await forgetHealth(api.db.database, 20)).toBe(0);
  expect(await api.db.sql("select from health_sample where host = 'old'")).toHaveLength(3);
  expect(await api.db.sql("select from health_history where host = 'old'")).toHaveLength(1);
});

describe("recording", () => {
  test("of two processes of a machine one writes the sample of five seconds", async () => {
    const sample: HealthSample = { ...(await api.health.current()), host: "twins" };
    await Promise.all(Array.from({ length: 20 }, () => recordSample(api.db.database, sample)));
    const rows = await api.db.sql<{ signals: Record<string, number>; services: Record<string, unknown> }>(
      "select signals, services from health_sample where host = 'twins'",
    );
    // The period may change in between.
    expect(rows.length).toBeLessThanOrEqual(2);
    expect(Object.keys(rows[0]!.signals)).toHaveLength(SIGNAL_NAMES.length);
    expect(rows[0]!.services.postgres).toEqual([sample.services[0]!.status, sample.services[0]!.latencyMs]);
  });

  test("HM-07 goes on with nobody watching, one row in five seconds, and outlives the server", async () => {
    const options = {
      database: api.db.database,
      redisUrl: "redis://127.0.0.1:1",
      smtpUrl: "smtp://127.0.0.1:1",
      dataDirectory: process.cwd(),
      host: "machine",
      isRecording: true,
    };
    const rows = () =>
      api.db.sql<{ at: string }>("select at from health_sample where host = 'machine' order by at");
    const first = openHealthSampler(options);
    await eventually(rows, (found) => found.length >= 2, 20_000);
    first.close();
    const second = openHealthSampler(options);
    const found = await eventually(rows, (seen) => seen.length >= 4, 25_000);
    second.close();
    for (const { at } of found) expect(new Date(at).getTime() % 5000).toBe(0);
    const from = new Date(new Date(found[0]!.at).getTime());
    const { series } = await history({ host: "machine", from, to: after(from, MINUTE) });
    expect(series.cpuPercent.filter((value) => value !== null).length).toBe((await rows()).length);
    expect(series.cpuPercent[0]).not.toBeNull();
  });
});

describe("markers", () => {
  test("are what the caller's organisation did, and workers that were started", async () => {
    const from = floored(30 * MINUTE);
    const event = (
      tenantId: string | null,
      action: string,
      type: string,
      id: string,
      changes: object[] = [],
    ) =>
      api.db.sql(
        `insert into event (id, tenant_id, at, action, actor_kind, targets, outcome, changes, context)
         values ($1, $2, $3, $4, 'USER', $5, 'SUCCESS', $6, '{}')`,
        [
          newId(),
          tenantId,
          after(from, 60_000).toISOString(),
          action,
          JSON.stringify([{ type, id }]),
          JSON.stringify(changes),
        ],
      );
    const elsewhere = await makeTenant(api.db.database);
    await makeUser(api.db.database, { tenantId: elsewhere });
    await event(api.tenantId, "settings.updated", "health_thresholds", "installation");
    await event(api.tenantId, "queue.paused_or_resumed", "queue", "emails", [
      { field: "paused", before: false, after: true },
    ]);
    await event(api.tenantId, "settings.updated", "queue", "analytics");
    await event(api.tenantId, "settings.updated", "schedule", "analytics.cleanup");
    await event(api.tenantId, "campaign.launched", "campaign", newId());
    await event(api.tenantId, "user.updated", "user", newId());
    await event(elsewhere, "settings.updated", "tenant", elsewhere);
    await api.db.sql(
      `insert into worker_heartbeat (id, host, pid, version, queues, lanes, started_at)
       values ($1, 'mill', 1, 'test', '{emails}', 8, $2)`,
      [newId(), after(from, 90_000).toISOString()],
    );
    const { markers } = await history({ from, to: after(from, 5 * MINUTE), host: "fine" });
    expect(markers.map(({ action }) => action).toSorted()).toEqual([
      "campaign.launched",
      "queue.paused_or_resumed",
      "settings.updated",
      "settings.updated",
      "settings.updated",
      "worker.started",
    ]);
    expect(markers.map(({ label }) => label)).toEqual(
      expect.arrayContaining([
        "Health limits changed",
        "Queue emails paused",
        "Queue analytics changed",
        "Schedule analytics.cleanup changed",
        "Worker started on mill",
      ]),
    );
  });
});

describe("refuses", () => {
  const from = "2026-05-01T00:00:00Z";
  test.each([
    [{ from, to: from }, "to"],
    [{ from, to: "2026-04-30T00:00:00Z" }, "to"],
    [{ from, to: "2026-06-02T00:00:00Z" }, "from"],
    [{ from, to: "2026-05-02T00:00:00Z", points: 9 }, "points"],
    [{ from, to: "2026-05-02T00:00:00Z", points: 1001 }, "points"],
  ])("%j, naming %s", async (variables, field) => {
    const { errors } = await ask(variables);
    expect(errors[0]!.extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      issues: [{ path: [field], rule: "range" }],
    });
  });

  test("a machine that nobody knows", async () => {
    const { errors } = await ask({ from, to: "2026-05-02T00:00:00Z", host: "nowhere" });
    expect(errors[0]!.extensions.code).toBe("NOT_FOUND");
  });

  test("people who may not see the system's health", async () => {
    const { errors } = await ask({ from, to: "2026-05-02T00:00:00Z" }, api.as("MANAGER"));
    expect(errors[0]!.extensions.code).toBe("FORBIDDEN");
  });
});
