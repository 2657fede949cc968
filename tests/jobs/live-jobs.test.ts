import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { JOBS_CHANNEL } from "../../domain/channels.js";
import type { Statement } from "../../domain/operation.js";
import { Database } from "../../platform/database/database.js";
import { startApi, type Api } from "../support/api.js";
import { makeTenant, makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { TestSocket } from "../support/socket.js";
import { makeJob, mutate } from "./jobs-support.js";

let api: Api;
/** Names of the statements that the server has run. */
const ran: string[] = [];
beforeAll(async () => {
  api = await startApi({
    async openDatabase(url) {
      const database = await Database.open(url, {
        poolSize: 5,
        statementTimeoutMs: 5000,
        applicationName: "test",
      });
      const query = database.query.bind(database);
      database.query = <T>(asked: Statement<T>, values?: readonly unknown[]) => {
        ran.push(asked.name);
        return query(asked, values);
      };
      return database;
    },
  });
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.db.sql("delete from job");
  await api.db.sql("delete from worker_heartbeat");
});

const watch = async (query: string, authorization?: string) => {
  const socket = await TestSocket.connect(api.url, authorization ?? (await api.as("ADMIN")).authorization);
  return { socket, id: socket.subscribe(`subscription { ${query} }`) };
};
const payloads = <T>({ socket, id }: { socket: TestSocket; id: string }): T[] =>
  socket.events(id).map(({ payload }) => (payload as { data: T }).data);
const readsOf = (name: string) => ran.filter((each) => each === name).length;
/** Until the stream is open, a hint goes to nobody: tell again and again. */
const tell = async (jobIds: readonly string[], isSeen: () => boolean) =>
  eventually(() => {
    for (const jobId of jobIds) api.bus.publish(JOBS_CHANNEL, { jobId, queue: null });
    return isSeen();
  });

interface JobSeen {
  readonly jobUpdated: {
    readonly cursor: string;
    readonly job: { readonly id: string; readonly state: string };
  };
}
const JOB_UPDATED = 'jobUpdated(queue: "campaigns") { cursor job { id state queue } }';

test("JB-02 a job that moves is told to those who may see it: of their organisation, or the product's own, in the queue", async () => {
  const [ours, own, foreign, elsewhere] = [
    await makeJob(api),
    await makeJob(api, { tenantId: null }),
    await makeJob(api, { tenantId: await makeTenant(api.db.database) }),
    await makeJob(api, { queue: "analytics" }),
  ];
  const view = await watch(JOB_UPDATED);
  const seen = () => new Set(payloads<JobSeen>(view).map(({ jobUpdated }) => jobUpdated.job.id));
  await tell([foreign, elsewhere, ours, own], () => seen().size >= 2);
  expect(seen()).toEqual(new Set([ours, own]));
  await view.socket.close();
});

test("JB-02 many hints about many jobs are few reads, one statement each, whoever watches", async () => {
  const jobs = await Promise.all(Array.from({ length: 60 }, () => makeJob(api)));
  const views = await Promise.all(Array.from({ length: 5 }, () => watch(JOB_UPDATED)));
  const seenBy = (view: (typeof views)[number]) =>
    new Set(payloads<JobSeen>(view).map(({ jobUpdated }) => jobUpdated.job.id)).size;
  await tell([jobs[0]!], () => views.every((view) => seenBy(view) === 1));
  const [before, started] = [readsOf("jobs_of_all_by_ids"), performance.now()];
  for (let times = 0; times < 10; times += 1)
    for (const jobId of jobs) api.bus.publish(JOBS_CHANNEL, { jobId, queue: "campaigns" });
  await eventually(() => views.every((view) => seenBy(view) === jobs.length));
  const most = Math.ceil((performance.now() - started) / 250) + 1;
  expect(readsOf("jobs_of_all_by_ids") - before).toBeLessThanOrEqual(most);
  for (const { socket } of views) await socket.close();
});

interface QueueSeen {
  readonly queueUpdated: {
    readonly queue: { readonly name: string; readonly paused: boolean; readonly failed: number };
  };
}
const QUEUE_UPDATED = "queueUpdated { cursor queue { name paused failed } }";

test("JB-11 the three queues come at once, then each that changed", async () => {
  const view = await watch(QUEUE_UPDATED);
  const seen = () => payloads<QueueSeen>(view).map(({ queueUpdated }) => queueUpdated.queue);
  await eventually(() => seen().length >= 3);
  expect(
    seen()
      .slice(0, 3)
      .map(({ name }) => name),
  ).toEqual(["emails", "campaigns", "analytics"]);
  await makeJob(api, { queue: "analytics" });
  await mutate(api.as("ADMIN"), 'pauseQueue(name: "campaigns")', "");
  await eventually(() => seen().some(({ name, failed }) => name === "analytics" && failed === 1));
  await eventually(() => seen().some(({ name, paused }) => name === "campaigns" && paused));
  await view.socket.close();
});

test("the queues are read once a second however many watch, and not at all when nobody does", async () => {
  const views = await Promise.all(Array.from({ length: 10 }, () => watch(QUEUE_UPDATED)));
  await eventually(() => views.every((view) => payloads(view).length >= 3));
  const [before, started] = [readsOf("queue_views"), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const most = Math.floor((performance.now() - started) / 1000) + 1;
  const reads = readsOf("queue_views") - before;
  expect(reads).toBeGreaterThanOrEqual(1);
  expect(reads).toBeLessThanOrEqual(most);
  for (const { socket } of views) await socket.close();
  // One that was under way may still end.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const after = readsOf("queue_views");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(readsOf("queue_views")).toBe(after);
});

const WORKER =
  "id host pid version queues lanes busyLanes silentSeconds status cpuPercent memoryBytes eventLoopP99Ms currentJobs { id type }";
async function beat(host: string, silent: number, isStopped = false): Promise<string> {
  const id = randomUUID();
  await api.db.sql(
    `insert into worker_heartbeat (id, host, pid, version, queues, lanes, busy_lanes, cpu_percent, memory_bytes, event_loop_p99_ms, started_at, at, stopped_at)
     values ($1, $2, 7, '1.2.3', '{emails,analytics}', 12, 3, 12.5, 1048576, 4.25, now() - interval '1 day',
       now() - make_interval(secs => $3), case when $4 then now() - make_interval(secs => $3) end)`,
    [id, host, silent, isStopped],
  );
  return id;
}

test("JB-09 the fleet: alive, late, lost within the hour, stopped within ten minutes, with load and current jobs", async () => {
  const alive = await beat("alive", 1);
  const [late, lost, stopped] = [
    await beat("late", 11),
    await beat("lost", 100),
    await beat("stopped", 30, true),
  ];
  await beat("long lost", 3700);
  await beat("long stopped", 700, true);
  const running = { state: "ACTIVE", workerId: alive, startedIn: -1 };
  const ours = await makeJob(api, running);
  const own = await makeJob(api, { ...running, tenantId: null, startedIn: -2 });
  await makeJob(api, { ...running, tenantId: await makeTenant(api.db.database) });
  const { data } = await (
    await api.as("ADMIN")
  ).ask<{ workers: Record<string, unknown>[] }>(`{ workers { ${WORKER} } }`);
  expect(data!.workers).toHaveLength(4);
  expect(new Map(data!.workers.map(({ id, status }) => [id, status]))).toEqual(
    new Map([
      [alive, "ALIVE"],
      [late, "LATE"],
      [lost, "LOST"],
      [stopped, "STOPPED"],
    ]),
  );
  expect(data!.workers.find(({ id }) => id === alive)).toEqual({
    id: alive,
    host: "alive",
    pid: 7,
    version: "1.2.3",
    queues: ["emails", "analytics"],
    lanes: 12,
    busyLanes: 3,
    silentSeconds: expect.any(Number),
    status: "ALIVE",
    cpuPercent: 12.5,
    memoryBytes: 1048576,
    eventLoopP99Ms: 4.25,
    currentJobs: [
      { id: own, type: "campaigns.plan" },
      { id: ours, type: "campaigns.plan" },
    ],
  });
});

test("JB-09 a worker that falls silent is shown as lost within 15 seconds of its last word, and everybody sees their own jobs", async () => {
  const id = await beat("silent", 12);
  const ours = await makeJob(api, { state: "ACTIVE", workerId: id, startedIn: -1 });
  const other = await makeUser(api.db.database, { tenantId: await makeTenant(api.db.database) });
  const query = `workersUpdated { cursor workers { id status currentJobs { id } } }`;
  const [view, theirs] = [await watch(query), await watch(query, `Bearer ${await api.tokenOf(other)}`)];
  type Seen = {
    workersUpdated: { workers: { id: string; status: string; currentJobs: { id: string }[] }[] };
  };
  const seen = (of: typeof view) =>
    payloads<Seen>(of).map(({ workersUpdated }) => workersUpdated.workers[0]!);
  await eventually(() => seen(view).length > 0 && seen(theirs).length > 0);
  expect(seen(view)[0]).toEqual({ id, status: "LATE", currentJobs: [{ id: ours }] });
  expect(seen(theirs)[0]!.currentJobs).toEqual([]);
  await eventually(() => seen(view).some(({ status }) => status === "LOST"), Boolean, 8000);
  await Promise.all([view.socket.close(), theirs.socket.close()]);
});

test("workers are told at least every five seconds, though nothing changes", async () => {
  await beat("steady", 100);
  const view = await watch("workersUpdated { workers { id } }");
  await eventually(() => payloads(view).length >= 2, Boolean, 12_000);
  await view.socket.close();
}, 20_000);

test("a queue that there is not is refused when it is watched", async () => {
  const { socket, id } = await watch('jobUpdated(queue: "mail") { cursor }');
  const [error] = await socket.refusal(id);
  expect(error).toMatchObject({
    extensions: { code: "BAD_USER_INPUT", issues: [{ path: ["queue"], rule: "picklist", value: "mail" }] },
  });
  await socket.close();
});

interface Told {
  readonly cursor: string;
  readonly gap: { readonly reason: string } | null;
  readonly job?: { readonly id: string } | null;
}
const NOT_KEPT = { reason: "NOT_KEPT" };
const toldTo = (view: Awaited<ReturnType<typeof watch>>) =>
  payloads<Record<string, Told>>(view).map((data) => Object.values(data)[0]!);

test("AP-07 whoever comes back to the queues or workers is told the present state, once with a gap before it", async () => {
  for (const field of ["queueUpdated", "workersUpdated"]) {
    const first = await watch(`${field} { cursor gap { reason } }`);
    const [{ cursor, gap }] = (await eventually(
      () => toldTo(first),
      (told) => told.length > 0,
    )) as [Told];
    expect(gap).toBeNull();
    const back = await watch(`${field}(after: "${cursor}") { cursor gap { reason } }`);
    const told = await eventually(
      () => toldTo(back),
      (all) => all.length >= (field === "queueUpdated" ? 3 : 2),
    );
    expect(told.map((each) => each.gap)).toEqual([NOT_KEPT, ...told.slice(1).map(() => null)]);
    const other = field === "queueUpdated" ? "workersUpdated" : "queueUpdated";
    const refused = await watch(`${other}(after: "${cursor}") { cursor }`);
    expect((await refused.socket.refusal(refused.id))[0]).toMatchObject({
      extensions: { code: "BAD_USER_INPUT", issues: [{ path: ["after"], rule: "cursor" }] },
    });
    for (const { socket } of [first, back, refused]) await socket.close();
  }
});

test("AP-07 whoever comes back to jobs hears of the gap at once, then of each that moves", async () => {
  const job = await makeJob(api);
  const first = await watch("jobUpdated { cursor gap { reason } job { id } }");
  await tell([job], () => toldTo(first).length > 0);
  const { cursor } = toldTo(first)[0]!;
  const back = await watch(`jobUpdated(after: "${cursor}") { cursor gap { reason } job { id } }`);
  expect(
    await eventually(
      () => toldTo(back),
      (told) => told.length > 0,
    ),
  ).toMatchObject([{ gap: NOT_KEPT, job: null }]);
  await tell([job], () => toldTo(back).length > 1);
  expect(toldTo(back)[1]).toMatchObject({ gap: null, job: { id: job } });
  for (const { socket } of [first, back]) await socket.close();
});
