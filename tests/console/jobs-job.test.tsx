import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { stream } from "./harness";
import { at, jobOf, openJob, union } from "./jobs-answers";

const attempt = (rest: object) => ({
  attempt: 1,
  startedAt: at(100),
  endedAt: at(98.8),
  outcome: "RETRIED",
  error: null,
  workerId: null,
  by: null,
  ...rest,
});

const failed = () =>
  jobOf("j1", {
    initiatedBy: "ada@example.com",
    requestId: "req-1",
    idempotencyKey: "notice-7",
    worker: { ...union("JobWorker"), id: "w1", host: "mail-2", pid: 4122 },
    subject: { ...union("JobSubject"), type: "campaign", id: "c1", label: "Autumn", href: "/campaigns/c1" },
    history: [
      attempt({ attempt: 2, outcome: "RETRIED_BY_HAND", startedAt: null, by: "ken@example.com" }),
      attempt({ attempt: 2, outcome: "FAILED", error: "550 5.1.1 No such person", workerId: "w1" }),
      attempt({ error: "Greeting never received" }),
    ],
  });

test("JB-06 each attempt has its own error, newest first, and hands that were laid on it stand between them", async () => {
  openJob("j1", { job: failed });
  const happened = await screen.findByRole("region", { name: "What happened" });
  const lines = within(happened)
    .getAllByRole("listitem")
    .map((line) => line.textContent ?? "");
  expect(lines).toHaveLength(4);
  expect(lines[0]).toContain("Retriedby ken@example.com");
  expect(lines[1]).toMatch(
    /Attempt 2: failed for good.*after 1\.2 s on mail-2 \(4122\).*550 5\.1\.1 No such person/,
  );
  expect(lines[2]).toContain("Greeting never received");
  expect(lines[3]).toContain("Madeby ada@example.com");
  const facts = screen.getByRole("region", { name: "Facts" });
  expect(within(facts).getByRole("link", { name: "Autumn" })).toHaveAttribute("href", "/campaigns/c1");
  for (const label of ["id", "idempotency key", "request id"])
    expect(within(facts).getByRole("button", { name: `Copy ${label}` })).toBeVisible();
  expect(screen.getByText(/nobody is shown it/)).toBeVisible();
});

test("an edited payload that the server does not take keeps the text and says each field; a taken one retries", async () => {
  const user = userEvent.setup();
  const refused = {
    ...union("InvalidInput"),
    code: "BAD_USER_INPUT",
    message: "The payload is not one of emails.sendTransactional.",
    path: ["payload", "noticeId"],
    issues: [{ path: ["payload", "noticeId"], message: "Must be a UUID." }],
  };
  const retryJob = vi.fn(({ payload }: { payload: { noticeId: string } }) =>
    payload.noticeId === "bad"
      ? refused
      : {
          ...union("RetryJobSuccess"),
          job: { ...failed(), state: "WAITING", availableActions: ["DISCARD"] },
        },
  );
  openJob("j1", { job: failed, retryJob });
  await user.click(await screen.findByRole("button", { name: "Retry with edited payload" }));
  const field = screen.getByLabelText("Payload", { selector: "textarea" });
  const type = async (text: string) => {
    await user.clear(field);
    await user.click(field);
    await user.paste(text);
    await user.click(screen.getByRole("button", { name: "Retry with this payload" }));
  };
  await type("{");
  await waitFor(() => expect(field).toHaveAccessibleDescription(/This is not JSON/));
  expect(retryJob).not.toHaveBeenCalled();
  await type('{"noticeId":"bad"}');
  expect(await screen.findByText("Must be a UUID.")).toBeVisible();
  expect(field).toHaveValue('{"noticeId":"bad"}');
  await type('{"noticeId":"good"}');
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(retryJob.mock.calls.map(([args]) => args)).toEqual([
    { id: "j1", payload: { noticeId: "bad" } },
    { id: "j1", payload: { noticeId: "good" } },
  ]);
});

test("only what the state allows is offered; a delayed one is run ahead of its time", async () => {
  const promoteJob = vi.fn((_args: unknown) => ({
    ...union("PromoteJobSuccess"),
    job: jobOf("j1", { state: "WAITING", availableActions: ["DISCARD"] }),
  }));
  openJob("j1", {
    job: () =>
      jobOf("j1", {
        state: "DELAYED",
        attempts: 2,
        dueAt: at(-90),
        availableActions: ["DISCARD", "PROMOTE"],
      }),
    promoteJob,
  });
  const run = await screen.findByRole("button", { name: "Run now" });
  expect(screen.queryByRole("button", { name: /Retry/ })).toBeNull();
  expect(screen.getAllByText(/in 1 min \d+ s/).length).toBeGreaterThan(0);
  await userEvent.click(run);
  expect(await screen.findByText("Runs now: emails.sendTransactional")).toBeVisible();
  expect(promoteJob.mock.calls[0]?.[0]).toEqual({ id: "j1" });
});

test("what happens to it meanwhile shows by itself, its history too", async () => {
  const live = stream<object>();
  let job = jobOf("j1", {
    state: "ACTIVE",
    attempts: 1,
    error: null,
    finishedAt: null,
    availableActions: [],
  });
  openJob("j1", { job: () => job, jobUpdated: live.events });
  expect(await screen.findByText("Attempt 1 is running")).toBeVisible();
  job = jobOf("j1", { attempts: 1, history: [attempt({ outcome: "FAILED", error: "550 Refused" })] });
  live.push({ jobUpdated: { job } });
  expect(await screen.findByText("550 Refused")).toBeVisible();
  expect(screen.getByRole("button", { name: "Retry" })).toBeVisible();
});

test("r retries and Delete discards on its page too; a job that there is not says so", async () => {
  const discardJob = vi.fn((_args: unknown) => ({
    ...union("DiscardJobSuccess"),
    job: jobOf("j1", { state: "DISCARDED", availableActions: ["RESTORE"] }),
  }));
  const first = openJob("j1", { job: failed, discardJob });
  await screen.findByRole("button", { name: "Discard" });
  await userEvent.keyboard("{Delete}");
  expect(await screen.findByText("Discarded: emails.sendTransactional")).toBeVisible();
  expect(discardJob).toHaveBeenCalledOnce();
  first.unmount();
  openJob("nope", { job: () => null });
  expect(await screen.findByRole("heading", { name: "There is no such job", level: 1 })).toBeVisible();
});
