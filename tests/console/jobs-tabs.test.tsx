import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { stream } from "./harness";
import { at, jobTypes, openJobs, queuesOf, union } from "./jobs-answers";

const group = (errorGroup: string, count: number, types: string[]) => ({
  errorGroup,
  example: `${errorGroup.replace("#", "2525")}\n    at connect`,
  types,
  count,
  firstAt: at(9_000),
  lastAt: at(60),
});

test("JB-06 failures stand by message; a group is retried in the queues of its types, and leads to its jobs", async () => {
  let groups = [
    group("connect ECONNREFUSED #", 41, ["emails.sendTransactional"]),
    group("Row #", 7, ["campaigns.importLeads"]),
  ];
  const retryDeadJobs = vi.fn((_args: unknown) => {
    groups = groups.slice(1);
    return { ...union("RetryDeadJobsSuccess"), retried: 41, left: 3 };
  });
  openJobs("/jobs?tab=failures", {
    queues: () => queuesOf({ emails: { failed: 41 }, campaigns: { failed: 7 } }),
    failedJobGroups: () => groups,
    retryDeadJobs,
  });
  const list = await screen.findByRole("list", { name: "Failed jobs by message" });
  expect(
    within(list)
      .getAllByRole("heading")
      .map((each) => each.textContent),
  ).toEqual(["connect ECONNREFUSED 2525", "Row 2525"]);
  expect(within(list).getByRole("link", { name: "Row 2525" })).toHaveAttribute(
    "href",
    "/jobs?state=FAILED&group=Row+%23",
  );
  await userEvent.click(within(list).getByRole("button", { name: "Retry these 41" }));
  await userEvent.click(await screen.findByRole("button", { name: "Retry 41 jobs" }));
  expect(await screen.findByText("41 retried, 3 left")).toBeVisible();
  expect(retryDeadJobs.mock.calls.map(([args]) => args)).toEqual([
    { queue: "emails", filter: { errorGroup: "connect ECONNREFUSED #" } },
  ]);
  await waitFor(() => expect(screen.queryByText("connect ECONNREFUSED 2525")).toBeNull());
});

const schedule = (rest: object = {}) => ({
  ...union("Schedule"),
  name: "analytics.cleanup",
  queue: "analytics",
  description: "At 03:00",
  pattern: "0 3 * * *",
  timezone: "UTC",
  missedRuns: "LAST",
  isChanged: false,
  paused: false,
  pausedAt: null,
  pausedBy: null,
  nextRunAt: at(-252),
  recentRuns: [
    { fireAt: at(100), cause: "NOW", jobId: "j2", state: "FAILED", durationMs: 1_200 },
    { fireAt: at(200), cause: "SCHEDULE", jobId: null, state: null, durationMs: null },
    { fireAt: at(300), cause: "SCHEDULE", jobId: "j1", state: "SUCCEEDED", durationMs: 800 },
  ],
  version: 3,
  ...rest,
});

test("JB-11 a schedule says when it is due and how it went; it is run now, paused and resumed", async () => {
  const user = userEvent.setup();
  let now = schedule();
  const runScheduleNow = vi.fn((_args: unknown) => ({
    ...union("RunScheduleNowSuccess"),
    jobId: "j9",
    schedule: now,
  }));
  const pauseSchedule = vi.fn((_args: unknown) => {
    now = schedule({ paused: true, pausedAt: at(0), pausedBy: "ada@example.com", nextRunAt: null });
    return { ...union("PauseScheduleSuccess"), schedule: now };
  });
  openJobs("/jobs?tab=schedules", { schedules: () => [now], runScheduleNow, pauseSchedule });
  const row = (await screen.findByRole("button", { name: "At 03:00" })).closest("li") as HTMLElement;
  expect(row).toHaveTextContent(/in 4 min \d+ s/);
  expect(within(row).getByRole("img")).toHaveAccessibleName("Last 3 runs: 1 done, 1 failed, 1 left out");
  await user.click(within(row).getByRole("button", { name: "Run now" }));
  expect(await screen.findByText("Runs now: analytics.cleanup")).toBeVisible();
  expect(runScheduleNow.mock.calls[0]?.[0]).toEqual({ name: "analytics.cleanup" });
  await user.click(within(row).getByRole("button", { name: "More for analytics.cleanup" }));
  await user.click(await screen.findByRole("menuitem", { name: "Pause" }));
  expect(await within(row).findByText("Paused")).toBeVisible();
  expect(row).toHaveTextContent("by ada@example.com");
});

test("a pattern that is none is said at its field; a changed schedule goes back to what the product has", async () => {
  const user = userEvent.setup();
  const message = "pattern must have five fields of cron.";
  const refused = {
    ...union("InvalidInput"),
    code: "BAD_USER_INPUT",
    message,
    path: ["input", "pattern"],
    issues: [{ path: ["input", "pattern"], message }],
  };
  const updateSchedule = vi.fn(({ input }: { input: { reset?: boolean } }) =>
    input.reset ? { ...union("UpdateScheduleSuccess"), schedule: schedule({ version: 5 }) } : refused,
  );
  openJobs("/jobs?tab=schedules&edit=analytics.cleanup", {
    schedules: () => [schedule({ isChanged: true, version: 4 })],
    updateSchedule,
  });
  const pattern = await screen.findByLabelText("Pattern");
  await user.clear(pattern);
  await user.type(pattern, "every day{Enter}");
  await waitFor(() => expect(pattern).toHaveAccessibleDescription(message));
  expect(pattern).toHaveValue("every day");
  expect(updateSchedule.mock.calls[0]?.[0]).toEqual({
    input: {
      name: "analytics.cleanup",
      pattern: "every day",
      timezone: "UTC",
      missedRuns: "LAST",
      expectedVersion: 4,
    },
  });
  await user.click(screen.getByRole("button", { name: "Back to default" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(updateSchedule.mock.calls[1]?.[0]).toEqual({
    input: { name: "analytics.cleanup", reset: true, expectedVersion: 4 },
  });
});

test("types are sorted by what they did, measured over an hour, a day or a week; a press tells the rules", async () => {
  const user = userEvent.setup();
  const figures = { waitP50Ms: 10, waitP95Ms: 20, runP50Ms: 100, runP95Ms: 300 };
  const jobMetrics = vi.fn((_args: unknown) => [
    { type: "emails.sendTransactional", queue: "emails", runs: 200, failed: 50, ...figures },
    { type: "campaigns.releaseDue", queue: "campaigns", runs: 900, failed: 0, ...figures, runP95Ms: 4_200 },
  ]);
  openJobs("/jobs?tab=types", { jobTypes, jobMetrics });
  const table = await screen.findByRole("table", { name: "Types of jobs" });
  const names = () =>
    within(table)
      .getAllByRole("button")
      .map((each) => each.textContent ?? "")
      .filter((text) => text.includes("."));
  await waitFor(() => expect(table).toHaveTextContent("4.2 s"));
  expect(names()).toEqual(["campaigns.releaseDue", "emails.sendTransactional"]);
  await user.click(within(table).getByRole("button", { name: "Failed" }));
  await waitFor(() => expect(names()).toEqual(["emails.sendTransactional", "campaigns.releaseDue"]));
  expect(table).toHaveTextContent("50 25%");
  await user.click(screen.getByRole("button", { name: "7 d" }));
  await waitFor(() => expect(jobMetrics.mock.calls.at(-1)?.[0]).toEqual({ hours: 168 }));
  await user.click(within(table).getByRole("button", { name: "emails.sendTransactional" }));
  const panel = await screen.findByRole("dialog", { name: "emails.sendTransactional" });
  expect(panel).toHaveTextContent("6 attempts: the second after 5.0 s, each wait 3 times the one before");
  expect(panel).toHaveTextContent("by another worker after 1 min without a sign of life");
});

const worker = (id: string, rest: object = {}) => ({
  ...union("Worker"),
  id,
  host: id,
  pid: 7,
  version: "2.0.0",
  queues: ["emails"],
  lanes: 8,
  busyLanes: 2,
  startedAt: at(500),
  lastSeenAt: at(1),
  silentSeconds: 1,
  status: "ALIVE",
  cpuPercent: 12.4,
  memoryBytes: 1_048_576 * 90,
  eventLoopP99Ms: 3,
  currentJobs: [],
  ...rest,
});

test("a worker that is lost is said loudly and stands first; one with another version is marked", async () => {
  const live = stream<object>();
  const fleet = [worker("a"), worker("b"), worker("c", { version: "1.9.0" })];
  openJobs("/jobs?tab=workers", { workers: () => fleet, workersUpdated: live.events });
  const old = await screen.findByRole("article", { name: "Worker c 7" });
  expect(within(old).getByText("Differs")).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
  const lost = worker("b", {
    status: "LOST",
    silentSeconds: 23,
    currentJobs: [{ ...union("Job"), id: "j1", type: "campaigns.plan", startedAt: at(30) }],
  });
  live.push({ workersUpdated: { workers: [fleet[0], lost, fleet[2]] } });
  expect(await screen.findByRole("alert")).toHaveTextContent("The worker on b is lost");
  const articles = screen.getAllByRole("article");
  expect(articles[0]).toHaveAccessibleName("Worker b 7");
  expect(articles[0]).toHaveTextContent("No sign of life for 23 s");
  expect(within(articles[0] as HTMLElement).getByRole("link", { name: "campaigns.plan" })).toHaveAttribute(
    "href",
    "/jobs/j1",
  );
  expect(screen.getByRole("article", { name: "Worker c 7" })).toBe(old);
});

test("whoever may not read health sees why there are no workers, and no stream is opened", async () => {
  const workersUpdated = vi.fn(stream<object>().events);
  const { GraphQLError } = await import("graphql");
  const explain = { permission: "SYSTEM_HEALTH_READ", roles: ["ADMIN"], scope: "ROLE", grantedBy: [] };
  const me = () => ({
    ...union("Me"),
    id: "me",
    email: "a@example.com",
    name: "A",
    role: "ADMIN",
    organisation: "N",
    teams: [],
    permissions: ["SYSTEM_JOBS_MANAGE"],
  });
  openJobs("/jobs?tab=workers", {
    me,
    workers: () => {
      throw new GraphQLError("You lack system:health.", { extensions: { code: "FORBIDDEN", explain } });
    },
    workersUpdated,
    permissions: () => [],
  });
  expect(await screen.findByText(/You lack system:health/)).toBeVisible();
  expect(workersUpdated).not.toHaveBeenCalled();
});
