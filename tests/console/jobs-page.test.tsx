import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { stream } from "./harness";
import { at, connectionOf, jobOf, openJobs, queueOf, queuesOf, union } from "./jobs-answers";

const card = (name: string) => screen.findByRole("region", { name });
const stop = { code: "CONFLICT", message: "Changed meanwhile.", path: null, currentVersion: 8 };
// Layout does not exist here, so what covers what is not known.
const hand = () => userEvent.setup({ pointerEventsCheck: 0 });

test("a card tells how late its queue is, and colours it from the installation's limits on", async () => {
  openJobs("/jobs", {
    queues: () =>
      queuesOf({ emails: { oldestWaitingSeconds: 200, waiting: 12_400, failed: 7, failureRate: 0.125 } }),
    healthThresholds: () => [{ signal: "OLDEST_WAITING_EMAILS", warning: 300, critical: 900 }],
  });
  const emails = await card("Emails");
  expect(emails).toHaveTextContent("3 min 20 s");
  await waitFor(() => expect(within(emails).queryByText("Very late")).toBeNull());
  expect(within(emails).getByRole("button", { name: /^Waiting 12.4K in Emails/ })).toBeVisible();
  expect(emails).toHaveTextContent("12.5%");
  expect(await card("Campaigns")).toHaveTextContent("nothing waits");
});

test("a queue is paused and resumed from its card; paused is said with who did it", async () => {
  let queues = queuesOf();
  const pauseQueue = vi.fn((_args: unknown) => {
    queues = queuesOf({ emails: { paused: true, pausedAt: at(1), pausedBy: "ada@example.com", version: 2 } });
    return { ...union("PauseQueueSuccess"), queue: queues[0] };
  });
  const resumeQueue = vi.fn((_args: unknown) => ({
    ...union("ResumeQueueSuccess"),
    queue: queueOf("emails"),
  }));
  openJobs("/jobs", { queues: () => queues, pauseQueue, resumeQueue });
  const emails = await card("Emails");
  await userEvent.click(within(emails).getByRole("button", { name: "Pause Emails" }));
  expect(await within(emails).findByText("Paused")).toBeVisible();
  expect(emails).toHaveTextContent("by ada@example.com. Nothing is taken from it.");
  await userEvent.click(within(emails).getByRole("button", { name: "Resume Emails" }));
  await waitFor(() => expect(within(emails).queryByText("Paused")).toBeNull());
  expect(pauseQueue.mock.calls[0]?.[0]).toEqual({ name: "emails" });
  expect(resumeQueue).toHaveBeenCalledOnce();
});

test("a queue that somebody else has changed is not changed over them; then mine counts on their version", async () => {
  let queues = queuesOf({ emails: { version: 7 } });
  const updateQueue = vi.fn(({ input }: { input: { expectedVersion: number; concurrency: number } }) => {
    if (input.expectedVersion === 7) {
      queues = queuesOf({ emails: { version: 8, concurrency: 6 } });
      return { ...union("Conflict"), ...stop };
    }
    queues = queuesOf({ emails: { version: 9, concurrency: input.concurrency } });
    return { ...union("UpdateQueueSuccess"), queue: queues[0] };
  });
  openJobs("/jobs", { queues: () => queues, updateQueue });
  const emails = await card("Emails");
  await userEvent.click(within(emails).getByRole("button", { name: "More jobs at once" }));
  expect(updateQueue).not.toHaveBeenCalled();
  await userEvent.click(within(emails).getByRole("button", { name: "Save" }));
  expect(await within(emails).findByRole("alert")).toHaveTextContent("6 at once, 8 lanes now");
  expect(updateQueue.mock.calls[0]?.[0]).toEqual({
    input: { name: "emails", concurrency: 5, lanes: 8, expectedVersion: 7 },
  });
  await userEvent.click(within(emails).getByRole("button", { name: "Save mine" }));
  await waitFor(() => expect(within(emails).queryByRole("alert")).toBeNull());
  expect(updateQueue.mock.calls[1]?.[0]).toEqual({
    input: { name: "emails", concurrency: 5, lanes: 8, expectedVersion: 8 },
  });
  expect(within(emails).getByRole("spinbutton", { name: "Jobs at once" })).toHaveValue(5);
});

test("all failed ones of a queue are retried after a question with their number; the toast says what is left", async () => {
  const retryDeadJobs = vi.fn((_args: unknown) => ({
    ...union("RetryDeadJobsSuccess"),
    retried: 41,
    left: 0,
  }));
  openJobs("/jobs", { queues: () => queuesOf({ emails: { failed: 44 } }), retryDeadJobs });
  const emails = await card("Emails");
  await userEvent.click(within(emails).getByRole("button", { name: "Retry all 44 failed" }));
  const dialog = await screen.findByRole("dialog", { name: "Retry 44 jobs?" });
  expect(retryDeadJobs).not.toHaveBeenCalled();
  await userEvent.click(within(dialog).getByRole("button", { name: "Retry 44 jobs" }));
  expect(await screen.findByText("41 retried")).toBeVisible();
  expect(retryDeadJobs.mock.calls.map(([args]) => args)).toEqual([{ queue: "emails", filter: {} }]);
});

test("JB-08 a row moves in place: the same element, whatever becomes of the job", async () => {
  const live = stream<object>();
  const job = jobOf("j1", {
    state: "ACTIVE",
    finishedAt: null,
    error: null,
    attempts: 2,
    availableActions: [],
  });
  openJobs("/jobs", {
    jobs: () => connectionOf([job]),
    jobUpdated: live.events,
  });
  const link = await screen.findByRole("link", { name: "emails.sendTransactional" });
  const row = link.closest("tr");
  expect(row).toHaveTextContent("Active");
  live.push({ jobUpdated: { job: { ...job, progress: { done: 61, total: 100 } } } });
  expect(await screen.findByRole("progressbar")).toHaveAttribute("aria-valuenow", "61");
  live.push({ jobUpdated: { job: { ...job, state: "DELAYED", attempts: 2, dueAt: at(-34), error: "421" } } });
  await waitFor(() => expect(row).toHaveTextContent(/Next try in 3\d s/));
  expect(row).toHaveTextContent("2/6");
  expect(link.closest("tr")).toBe(row);
  expect(document.contains(row)).toBe(true);
});

test("filters stand in the address and are what the server is asked", async () => {
  const jobs = vi.fn((_args: unknown) => connectionOf([]));
  const { visited } = openJobs("/jobs?queue=emails&state=FAILED&q=ECONN&group=connect%20%23", { jobs });
  await screen.findByText("No job matches");
  expect(jobs.mock.calls.at(-1)?.[0]).toMatchObject({
    queue: "emails",
    state: "FAILED",
    filter: { text: "ECONN", errorGroup: "connect #" },
    orderBy: { field: "CREATED_AT", direction: "DESC" },
  });
  await userEvent.click(screen.getByRole("button", { name: "Show jobs with other errors too" }));
  await userEvent.click(screen.getByRole("button", { name: "Clear the filter" }));
  await waitFor(() => expect(visited()).toBe("/jobs?queue=emails"));
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Type" }), "emails.sendTransactional");
  await waitFor(() =>
    expect(jobs.mock.calls.at(-1)?.[0]).toMatchObject({ filter: { type: "emails.sendTransactional" } }),
  );
});

/** Two failed jobs that can be retried, discarded and restored. */
function twoFailed() {
  const jobs = new Map(["j1", "j2"].map((id) => [id, jobOf(id)]));
  const turned = (kind: string, patch: object) =>
    vi.fn(({ id }: { id: string }) => {
      jobs.set(id, { ...jobOf(id), ...patch } as ReturnType<typeof jobOf>);
      return { ...union(kind), job: jobs.get(id) };
    });
  return {
    jobs: () => connectionOf([...jobs.values()]),
    retryJob: turned("RetryJobSuccess", { state: "WAITING", availableActions: ["DISCARD"] }),
    discardJob: turned("DiscardJobSuccess", { state: "DISCARDED", availableActions: ["RESTORE"] }),
    restoreJob: turned("RestoreJobSuccess", {}),
  };
}

test("by keyboard alone: j and k move, x selects, r retries, Delete discards, Ctrl Z takes it back", async () => {
  const user = hand();
  const answers = twoFailed();
  openJobs("/jobs", answers);
  const links = await screen.findAllByRole("link", { name: "emails.sendTransactional" });
  await user.keyboard("j");
  expect(links[0]).toHaveFocus();
  await user.keyboard("x");
  expect(await screen.findByText("1 selected")).toBeVisible();
  await user.keyboard("x");
  await waitFor(() => expect(screen.queryByText("1 selected")).toBeNull());
  await user.keyboard("r");
  await waitFor(() => expect(links[0]?.closest("tr")).toHaveTextContent("Waiting"));
  expect(answers.retryJob.mock.calls.map(([args]) => args.id)).toEqual(["j1"]);
  await user.keyboard("j{Delete}");
  await waitFor(() => expect(links[1]?.closest("tr")).toHaveTextContent("Discarded"));
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(links[1]?.closest("tr")).toHaveTextContent("Failed"));
  expect(answers.restoreJob.mock.calls[0]?.[0]).toMatchObject({ id: "j2" });
  // It waits already: there is nothing to retry.
  await user.keyboard("kr");
  expect(answers.retryJob).toHaveBeenCalledTimes(1);
});

test("selected rows are retried one by one; one that the server refuses is counted as left, with the reason", async () => {
  const user = hand();
  const answers = twoFailed();
  const refused = {
    ...union("InvalidTransition"),
    code: "INVALID_TRANSITION",
    message: "A job that is active cannot be retried.",
    path: null,
  };
  const retryJob = vi.fn((args: { id: string }) => (args.id === "j2" ? refused : answers.retryJob(args)));
  openJobs("/jobs", { ...answers, retryJob });
  await user.click(await screen.findByRole("checkbox", { name: "Select the jobs on screen" }));
  await user.click(
    within(screen.getByRole("group", { name: "For many jobs" })).getByRole("button", { name: "Retry" }),
  );
  const dialog = await screen.findByRole("dialog", { name: "Retry 2 jobs?" });
  await user.click(within(dialog).getByRole("button", { name: "Retry 2 jobs" }));
  expect(await screen.findByText("1 retried, 1 left")).toBeVisible();
  expect(screen.getByText(refused.message)).toBeVisible();
  expect(retryJob.mock.calls.map(([args]) => args.id)).toEqual(["j1", "j2"]);
});

test("all that match are dealt with in every queue, a thousand at a time, and no more than were confirmed", async () => {
  const user = hand();
  const left = { emails: [1_500, 500], campaigns: [0], analytics: [0] } as Record<string, number[]>;
  const discardDeadJobs = vi.fn(({ queue }: { queue: string; filter: object }) => {
    const rest = left[queue]?.shift() ?? 0;
    return {
      ...union("DiscardDeadJobsSuccess"),
      discarded: Math.min(rest, 1_000),
      left: Math.max(0, rest - 1_000),
    };
  });
  openJobs("/jobs?state=FAILED&q=ECONN", {
    jobs: () => ({ ...connectionOf([jobOf("j1")]), totalCount: 1_500 }),
    discardDeadJobs,
  });
  await user.click(await screen.findByRole("button", { name: "Discard all 1,500" }));
  await user.click(await screen.findByRole("button", { name: "Discard 1,500 jobs" }));
  expect(await screen.findByText("1,500 discarded")).toBeVisible();
  expect(discardDeadJobs.mock.calls.map(([args]) => args.queue)).toEqual(["emails", "emails"]);
  expect(discardDeadJobs.mock.calls[0]?.[0].filter).toEqual({ text: "ECONN" });
});

test("what has failed and what is empty are told apart from what matches nothing", async () => {
  const first = openJobs("/jobs?state=FAILED", {});
  expect(await screen.findByText("Nothing has failed")).toBeVisible();
  first.unmount();
  openJobs("/jobs", { jobs: () => Promise.reject(new Error("The database is away.")) });
  expect(await screen.findByRole("alert")).toHaveTextContent("The database is away.");
});
