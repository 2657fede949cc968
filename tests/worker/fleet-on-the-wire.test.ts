import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type Api } from "../support/api.js";
import { eventually } from "../support/eventually.js";
import { launchRole, untilReady, type RoleProcess } from "../support/role-process.js";
import { TestSocket } from "../support/socket.js";

let api: Api;
let worker: RoleProcess;
let socket: TestSocket;
beforeAll(async () => {
  api = await startApi();
  worker = await launchRole("worker", api.db.url, { SMTP_URL: api.smtp.url });
  await untilReady(worker);
  socket = await TestSocket.connect(api.url, (await api.as("ADMIN")).authorization);
}, 60_000);
afterAll(async () => {
  worker.child.kill("SIGKILL");
  await worker.exited;
  await socket.close();
  await api.close();
});

const asAdmin = async <T>(query: string) => {
  const { data, errors } = await (await api.as("ADMIN")).ask<T>(query);
  expect(errors).toEqual([]);
  return data!;
};
const watch = <T>(query: string) => {
  const id = socket.subscribe(`subscription { ${query} }`);
  return () => socket.events(id).map(({ payload }) => (payload as { data: T }).data);
};

interface Fleet {
  readonly workersUpdated: {
    readonly workers: readonly {
      readonly pid: number;
      readonly status: string;
      readonly lanes: number;
      readonly queues: readonly string[];
      readonly memoryBytes: number | null;
    }[];
  };
}

test("a job is watched from the command that makes it to its end, each state once and in order", async () => {
  interface Moved {
    readonly jobUpdated: { readonly job: { readonly id: string; readonly state: string } };
  }
  const moved = watch<Moved>('jobUpdated(queue: "campaigns") { job { id state } }');
  const { runScheduleNow } = await asAdmin<{ runScheduleNow: { schedule: object; jobId: string } }>(
    `mutation { runScheduleNow(name: "campaigns.sweepUploads") {
      ... on RunScheduleNowSuccess { jobId } } }`,
  );
  const states = () =>
    moved().flatMap(({ jobUpdated: { job } }) => (job.id === runScheduleNow.jobId ? [job.state] : []));
  await eventually(() => states().includes("SUCCEEDED"), Boolean, 20_000);
  const order = ["WAITING", "ACTIVE", "SUCCEEDED"];
  expect(states()).toEqual(order.filter((state) => states().includes(state)));
}, 40_000);

test("HM-06 a worker shows itself with its load; another concurrency is in force while it runs", async () => {
  const fleet = watch<Fleet>("workersUpdated { workers { pid status lanes queues memoryBytes } }");
  const now = () =>
    fleet()
      .at(-1)
      ?.workersUpdated.workers.find(({ pid }) => pid === worker.child.pid);
  const before = await eventually(now, (seen) => seen?.memoryBytes != null, 20_000);
  expect(before).toMatchObject({ status: "ALIVE", queues: ["emails", "campaigns", "analytics"] });
  const { queues } = await asAdmin<{ queues: { name: string; concurrency: number; version: number }[] }>(
    "{ queues { name concurrency version } }",
  );
  const { concurrency, version } = queues.find(({ name }) => name === "campaigns")!;
  await asAdmin(
    `mutation { updateQueue(input: { name: "campaigns", concurrency: ${concurrency + 3}, expectedVersion: ${version} }) {
      ... on UpdateQueueSuccess { queue { name } } } }`,
  );
  await eventually(now, (seen) => seen?.lanes === before!.lanes + 3, 20_000);
  expect(worker.child.exitCode).toBeNull();
}, 60_000);

test("HM-06 a killed worker is late, then lost, and everybody who watches is told within its 15 seconds", async () => {
  const fleet = watch<Fleet>("workersUpdated { workers { pid status lanes queues memoryBytes } }");
  const status = () =>
    fleet()
      .at(-1)
      ?.workersUpdated.workers.find(({ pid }) => pid === worker.child.pid)?.status;
  await eventually(() => status() === "ALIVE", Boolean, 20_000);
  const killed = performance.now();
  worker.child.kill("SIGKILL");
  await eventually(() => status() === "LATE", Boolean, 15_000);
  await eventually(() => status() === "LOST", Boolean, 15_000);
  const seconds = (performance.now() - killed) / 1000;
  console.log(`A killed worker was shown as lost after ${seconds.toFixed(1)} s`);
  // Silent for 15 s, and looked at once a second.
  expect(seconds).toBeLessThan(18);
}, 60_000);
