import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { CampaignPage } from "../../console/src/campaigns/CampaignPage";
import { CampaignsPage } from "../../console/src/campaigns/CampaignsPage";
import { renderPage, type Answers } from "./harness";

const noPage = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
const nobody = { edges: [], pageInfo: noPage, totalCount: 0 };
const campaign = (more: object = {}) => ({
  __typename: "Campaign",
  id: "c1",
  name: "Spring",
  status: "DRAFT",
  version: 1,
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
  fromName: "Ada",
  senders: [],
  fromEmail: "ada@example.com",
  inFlight: 0,
  steps: [],
  audience: { lists: [], leadIds: ["l1"] },
  accounting: {
    campaignId: "c1",
    audience: 1,
    inFlight: 0,
    planning: false,
    buckets: [{ bucket: "PLANNED", reason: null, count: 1 }],
    steps: [],
  },
  availableActions: ["LAUNCH", "SCHEDULE", "CLONE"],
  fourEyes: null,
  ...more,
});
const open = (answers: Answers) =>
  renderPage(CampaignPage, "/campaigns/:id", "/campaigns/c1", { messages: () => nobody, ...answers });

test("a time in the past is refused at its field; a good one is said in own time and in UTC, sent, and shown", async () => {
  let shown = campaign();
  const scheduleCampaign = vi.fn(({ at }: { at: string }) => {
    shown = campaign({ status: "SCHEDULED", scheduledAt: at, availableActions: ["UNSCHEDULE"] });
    return { __typename: "ScheduleCampaignSuccess", campaign: shown };
  });
  open({ campaign: () => shown, scheduleCampaign });
  await userEvent.click(await screen.findByRole("button", { name: "Schedule" }));
  const dialog = within(await screen.findByRole("dialog"));
  const field = dialog.getByLabelText<HTMLInputElement>("Day and time");
  expect(field).toHaveAccessibleDescription(/In your time zone, .+ \(GMT.*\)\./);
  await userEvent.clear(field);
  await userEvent.type(field, "2020-01-01T09:00");
  await userEvent.click(dialog.getByRole("button", { name: "Schedule" }));
  expect(field).toHaveAccessibleDescription("This time has passed. Choose one in the future.");
  expect(scheduleCampaign).not.toHaveBeenCalled();

  await userEvent.click(dialog.getByRole("button", { name: "Tomorrow, 09:00" }));
  const at = new Date(field.value).toISOString();
  expect(dialog.getByRole("status")).toHaveTextContent(`${at.slice(0, 16).replace("T", " ")} UTC`);
  await userEvent.click(dialog.getByRole("button", { name: "Schedule" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(scheduleCampaign.mock.calls[0]?.[0]).toMatchObject({ id: "c1" });
  expect(new Date(String(scheduleCampaign.mock.calls[0]?.[0].at)).toISOString()).toBe(at);
  expect(await screen.findByText(/^Starts (in|tomorrow)/)).toBeVisible();
  expect(await screen.findByRole("button", { name: "Unschedule" })).toBeVisible();
});

test("what stands in the way of a schedule is said line by line, and the dialog stays", async () => {
  const issues = ["Its audience is empty.", "Step 1 has no subject."].map((message) => ({
    __typename: "InputIssue",
    path: ["audience"],
    rule: "x",
    message,
    value: null,
  }));
  const refusal = {
    __typename: "NotReady",
    code: "CAMPAIGN_NOT_READY",
    message: "Not yet.",
    path: null,
    issues,
  };
  open({ campaign: () => campaign(), scheduleCampaign: () => refusal });
  await userEvent.click(await screen.findByRole("button", { name: "Schedule" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "Schedule" }));
  const lines = within(await dialog.findByRole("alert")).getAllByRole("listitem");
  expect(lines.map((line) => line.textContent)).toEqual(issues.map(({ message }) => message));
});

test("an author sees why the launch is another's and who could; pressing does nothing", async () => {
  const launchCampaign = vi.fn();
  const reason = "Whoever wrote a campaign does not launch it. Ask Ben.";
  open({ campaign: () => campaign({ fourEyes: { reason } }), launchCampaign });
  for (const name of ["Launch", "Schedule"]) {
    const button = await screen.findByRole("button", { name });
    expect(button).toHaveAttribute("aria-disabled", "true");
    expect(button).toHaveAccessibleDescription(reason);
    await userEvent.click(button);
  }
  await userEvent.keyboard("s");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(launchCampaign).not.toHaveBeenCalled();
});

test("a copy opens in the editor; what has ended is archived after a question", async () => {
  const cloneCampaign = () => ({
    __typename: "CloneCampaignSuccess",
    leftOut: 0,
    campaign: campaign({ id: "c2", name: "Copy of Spring" }),
  });
  const ended = campaign({ status: "COMPLETED", availableActions: ["CLONE", "ARCHIVE"] });
  const archiveCampaign = vi.fn(() => ({
    __typename: "ArchiveCampaignSuccess",
    campaign: { ...ended, status: "ARCHIVED", availableActions: ["CLONE"] },
  }));
  const { visited } = open({ campaign: () => ended, cloneCampaign, archiveCampaign });
  await userEvent.click(await screen.findByRole("button", { name: "Archive" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(archiveCampaign).not.toHaveBeenCalled();
  await userEvent.click(dialog.getByRole("button", { name: "Archive" }));
  expect(await screen.findByText("Archived")).toBeVisible();
  await userEvent.click(await screen.findByRole("button", { name: "Make a copy" }));
  await waitFor(() => expect(visited()).toBe("/campaigns/c2/edit"));
});

test("the list leaves out what is archived, until somebody asks for it", async () => {
  const campaigns = vi.fn((_args: { filter: { status?: string[] } }) => nobody);
  renderPage(CampaignsPage, "/campaigns", "/campaigns", { campaigns });
  await screen.findByText("No campaign yet");
  expect(campaigns.mock.calls[0]?.[0].filter.status).not.toContain("ARCHIVED");
  await userEvent.click(screen.getByRole("button", { name: "Archived" }));
  await screen.findByText("Nothing is archived");
  expect(campaigns.mock.calls.at(-1)?.[0].filter.status).toEqual(["ARCHIVED"]);
});

test("mail that became due during a pause needs a choice: none is made beforehand, a number is previewed, a refusal stays", async () => {
  const pausedAt = new Date(Date.now() - 51 * 3_600_000).toISOString();
  let shown = campaign({ status: "PAUSED", launchedAt: pausedAt, pausedAt, availableActions: ["RESUME"] });
  const preview = (policy: string, more: object = {}) => ({
    policy,
    perHour: null,
    sent: 0,
    skipped: 0,
    firstAt: null,
    lastAt: null,
    days: [],
    ...more,
  });
  const campaignOverdue = ({ catchUpPerHour }: { catchUpPerHour?: number | null }) => {
    if (catchUpPerHour === 0) throw new Error("A catch-up is from 1 to 10,000,000 mails an hour.");
    const days = [{ date: "2026-03-04", count: catchUpPerHour ?? 78 }];
    const previews = [
      preview("SKIP", { skipped: 80 }),
      preview("SHIFT", { sent: 80, firstAt: "2026-03-04T09:00:00Z", lastAt: "2026-03-05T09:00:00Z" }),
      preview("CATCH_UP", { sent: 78, skipped: 2, perHour: catchUpPerHour ?? null, days }),
    ];
    return { count: 80, pausedAt, isPartial: false, previews };
  };
  const resumeCampaign = vi.fn(({ overduePolicy }: { overduePolicy?: string }) => {
    if (!overduePolicy)
      return {
        __typename: "OverdueChoice",
        code: "OVERDUE_CHOICE",
        message: "Choose.",
        path: ["overduePolicy"],
        overdue: 80,
        pausedAt,
        previews: [],
      };
    shown = campaign({ status: "RUNNING", launchedAt: pausedAt, availableActions: ["PAUSE"] });
    return { __typename: "ResumeCampaignSuccess", campaign: shown };
  });
  open({ campaign: () => shown, campaignOverdue, resumeCampaign });
  await userEvent.click(await screen.findByRole("button", { name: "Resume" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Resume “Spring”" }));
  expect(await dialog.findByText(/^80 mails became due/)).toBeVisible();
  const choices = dialog.getAllByRole("radio");
  expect(choices.map((each) => (each as HTMLInputElement).labels?.[0]?.textContent)).toEqual([
    "Leave out",
    "Move everything by 2 days 3 h",
    "Catch up",
  ]);
  expect(choices.filter((each) => (each as HTMLInputElement).checked)).toEqual([]);
  expect(dialog.getByRole("group", { name: "Skip" })).toHaveTextContent("0 sent, 80 left out");
  await userEvent.click(dialog.getByRole("button", { name: "Resume" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent("Choose what happens to them.");
  expect(resumeCampaign).toHaveBeenCalledTimes(1);

  await userEvent.type(dialog.getByLabelText("Mails an hour"), "0");
  expect(choices[2]).toBeChecked();
  expect(await dialog.findByText("A catch-up is from 1 to 10,000,000 mails an hour.")).toBeVisible();
  await userEvent.clear(dialog.getByLabelText("Mails an hour"));
  await userEvent.type(dialog.getByLabelText("Mails an hour"), "25");
  expect(await dialog.findByLabelText("Mails a day. 4 Mar: 25")).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Resume" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(resumeCampaign.mock.calls[1]?.[0]).toMatchObject({
    id: "c1",
    overduePolicy: "CATCH_UP",
    catchUpPerHour: 25,
  });
  expect(await screen.findByRole("button", { name: "Pause" })).toBeVisible();
});

test("the list says how far each has come: leads of a campaign of one mail, mails of a sequence, and follows what runs", async () => {
  const bucket = (name: string, count: number) => ({ bucket: name, reason: null, count });
  const of = (id: string, name: string, status: string, more: object) =>
    campaign({
      id,
      name,
      status,
      accounting: { campaignId: id, inFlight: 0, planning: false, steps: [], mails: null, ...more },
    });
  const single = of("c1", "News", "COMPLETED", {
    audience: 400,
    buckets: [bucket("SENT", 390), bucket("SKIPPED", 10)],
  });
  let sent = 812;
  let isUnderWay = true;
  const sequence = () =>
    of("c2", "Outreach", isUnderWay ? "RUNNING" : "COMPLETED", {
      audience: 400,
      buckets: [bucket("PLANNED", 400)],
      mails: {
        total: 1200,
        sent,
        sending: 0,
        queued: 0,
        planned: 1200 - sent - 8,
        skipped: 0,
        cancelled: 0,
        uncertain: 0,
        failed: 8,
      },
    });
  const page = (nodes: object[]) => ({
    edges: nodes.map((node) => ({ node })),
    pageInfo: noPage,
    totalCount: nodes.length,
  });
  const campaigns = ({ filter }: { filter: { status?: string[] } }) =>
    page(filter.status?.length === 1 ? (isUnderWay ? [sequence()] : []) : [sequence(), single]);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    renderPage(CampaignsPage, "/campaigns", "/campaigns", { campaigns });
    const rows = within(await screen.findByRole("table", { name: "Campaigns" }));
    const progress = async (name: string) =>
      (await rows.findByRole("link", { name })).closest("tr")?.querySelector("td:nth-child(3)")?.textContent;
    expect([await progress("Outreach"), await progress("News")]).toEqual([
      "812 of 1,200 mails sent",
      "400 of 400 settled",
    ]);
    expect(rows.getByRole("img", { name: "Outreach: 812 sent, 380 planned, 8 failed" })).toBeVisible();
    sent = 900;
    await vi.advanceTimersByTimeAsync(5_000);
    await rows.findByText("900 of 1,200 mails sent");
    // It has ended: its state is asked anew with the list.
    isUnderWay = false;
    await vi.advanceTimersByTimeAsync(5_000);
    await waitFor(() => expect(rows.queryByText("Running")).toBeNull());
  } finally {
    vi.useRealTimers();
  }
});

test("the ledger of a sequence is filtered by what became of its mails, also where every lead still waits for the next", async () => {
  const rest = { sending: 0, queued: 0, cancelled: 0, uncertain: 0, failed: 0 };
  const accounting = {
    campaignId: "c1",
    audience: 60,
    inFlight: 0,
    planning: false,
    steps: [],
    buckets: [{ bucket: "PLANNED", reason: null, count: 60 }],
    mails: { total: 180, sent: 60, planned: 60, skipped: 60, ...rest },
  };
  const step = (position: number) => ({
    __typename: "CampaignStep",
    id: `s${position}`,
    position,
    delayMinutes: 60,
    delayBusinessDays: 0,
    subject: "Hi",
  });
  const at = "2026-01-01T00:00:00Z";
  const shown = campaign({
    status: "RUNNING",
    launchedAt: at,
    accounting,
    steps: [step(1), step(2), step(3)],
  });
  const messages = vi.fn((_args: { filter: { state?: string[] } }) => nobody);
  open({ campaign: () => shown, messages });
  const ledger = within(await screen.findByRole("region", { name: "Ledger of messages" }));
  const pills = within(ledger.getByRole("group", { name: "State" })).getAllByRole("button");
  expect(pills.map((pill) => pill.textContent)).toEqual(["All", "Sent", "Planned", "Skipped"]);
  await userEvent.click(ledger.getByRole("button", { name: "Skipped" }));
  await waitFor(() => expect(messages.mock.calls.at(-1)?.[0].filter.state).toEqual(["SKIPPED"]));
});
