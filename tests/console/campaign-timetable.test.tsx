import { screen, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { CampaignPage } from "../../console/src/campaigns/CampaignPage";
import { everyDay, wallClock } from "../../console/src/campaigns/timetable/timetable.model";
import { renderPage, type Answers } from "./harness";

const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
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
  accounting: { campaignId: "c1", audience: 1, inFlight: 0, planning: false, buckets: [], steps: [] },
  availableActions: [],
  fourEyes: null,
  ...more,
});
const lead = { __typename: "Lead", id: "l1", email: "ana@example.org", firstName: "Ana", lastName: null };
const open = (url: string, answers: Answers) =>
  renderPage(CampaignPage, "/campaigns/:id", url, {
    messages: () => ({ edges: [], pageInfo, totalCount: 0 }),
    ...answers,
  });

test("a dry run says who gets what when on whose clock, and another start can be tried", async () => {
  const campaignDryRun = vi.fn(({ startAt }: { startAt?: Date | string | null }) => ({
    campaignId: "c1",
    startAt: new Date(startAt ?? "2027-01-01T00:00:00Z").toISOString(),
    audience: 2,
    mails: 1,
    firstAt: "2027-01-04T14:00:00Z",
    lastAt: "2027-01-04T14:00:00Z",
    skipped: [{ reason: "SUPPRESSED", count: 1 }],
    days: [{ date: "2027-01-04", first: 1, followUps: 0 }],
    isPartial: true,
    isForetold: false,
    rows: {
      edges: [
        {
          node: {
            leadId: "l1",
            position: 1,
            variant: 1,
            at: "2027-01-04T14:00:00Z",
            timezone: "America/New_York",
            localTime: "2027-01-04T09:00:00-05:00",
            skipReason: null,
            missing: [],
            fromEmail: "desk@example.com",
            heldBy: "SENDER",
            lead,
          },
        },
        {
          node: {
            leadId: "l2",
            position: 1,
            variant: 0,
            at: null,
            timezone: "UTC",
            localTime: null,
            skipReason: "MISSING_VARIABLE",
            missing: ["custom.plan", "title"],
            fromEmail: "ada@example.com",
            heldBy: null,
            lead: null,
          },
        },
      ],
      pageInfo,
      totalCount: 2,
    },
  }));
  const { visited } = open("/campaigns/c1", { campaign: () => campaign(), campaignDryRun });
  const rows = within(await screen.findByRole("table", { name: "Timetable" }));
  expect(await rows.findByRole("link", { name: "ana@example.org" })).toHaveAttribute(
    "href",
    "/leads?lead=l1",
  );
  const [, first, second] = rows.getAllByRole("row").map((row) => row.textContent);
  expect(first).toBe(
    "ana@example.orgAna1Variant AMon, 4 Jan 2027, 09:00America/New York (GMT-5)desk@example.comHeld by the sender’s limit",
  );
  expect(second).toBe(
    "A lead of another team1OriginalNot sentLeft out: lacks a variable: custom.plan, title",
  );
  expect(rows.getByText(/09:00$/, { selector: "time", ignore: false })).toHaveAttribute(
    "title",
    "2027-01-04 14:00 UTC",
  );
  expect(screen.getByText("1 left out: may not be mailed")).toBeVisible();
  expect(screen.getByText(/The audience is larger than 50,000 leads/)).toBeVisible();
  expect(screen.getByText(/Who lacks a variable is not known for all mails/)).toBeVisible();
  expect(screen.getByRole("table", { name: "Mails a day" })).toHaveTextContent("4 Jan10");

  const start = screen.getByLabelText("Try another start");
  await userEvent.clear(start);
  await userEvent.type(start, "2027-02-01T08:30");
  await userEvent.click(screen.getByRole("button", { name: "Try" }));
  const wanted = new Date("2027-02-01T08:30").toISOString();
  expect(visited()).toBe(`/campaigns/c1?start=${encodeURIComponent(wanted)}`);
  await screen.findByRole("button", { name: "As if launched now" });
  const asked = campaignDryRun.mock.calls.at(-1)?.[0].startAt;
  expect(new Date(asked ?? 0).toISOString()).toBe(wanted);
});

test("of a launched campaign plan and outcome stand side by side, with why they differ", async () => {
  const row = (more: object) => ({
    leadId: "l1",
    position: 1,
    plannedAt: "2027-01-04T14:00:00Z",
    fromEmail: "desk@example.com",
    heldBy: null,
    zone: "Asia/Kolkata",
    localTime: "2027-01-04T19:30:00+05:30",
    messageId: "m1",
    state: "SENT",
    reason: null,
    dueAt: null,
    sentAt: "2027-01-04T16:05:00Z",
    lateBySeconds: 7_500,
    difference: "PAUSED",
    sentence: "The campaign was paused from 2027-01-04T13:00:00Z.",
    lead,
    ...more,
  });
  const nodes = [
    row({}),
    row({
      position: 2,
      plannedAt: null,
      localTime: null,
      messageId: null,
      sentAt: null,
      lateBySeconds: null,
      difference: "NO_PLACE",
      sentence: "There was no place for it: WINDOW_CLOSED_BEFORE_END.",
    }),
  ];
  const { visited } = open("/campaigns/c1?part=timetable", {
    campaign: () => campaign({ status: "RUNNING", launchedAt: "2027-01-04T10:00:00Z" }),
    campaignTimetable: () => ({ edges: nodes.map((node) => ({ node })), pageInfo }),
    message: () => null,
  });
  const rows = within(await screen.findByRole("table", { name: "Timetable" }));
  expect(await rows.findByText("Late: paused")).toHaveTextContent("Late: paused· 2 h 5 min");
  expect(rows.getByText("The campaign was paused from 2027-01-04T13:00:00Z.")).toBeVisible();
  expect(rows.getAllByText("desk@example.com")).toHaveLength(2);
  expect(rows.getByText("No place in the plan")).toBeVisible();
  expect(rows.getByText("Asia/Kolkata (GMT+5:30)")).toBeVisible();
  await userEvent.click(rows.getByRole("button", { name: "Message" }));
  expect(visited()).toBe("/campaigns/c1?part=timetable&message=m1");
});

test("days without mail keep their place; a clock is read with its distance from UTC", () => {
  const day = (date: string) => ({ date, first: 1, followUps: 2 });
  expect(everyDay([day("2027-01-01"), day("2027-01-03")])).toEqual([
    { day: "2027-01-01", first: 1, followUps: 2 },
    { day: "2027-01-02", first: 0, followUps: 0 },
    { day: "2027-01-03", first: 1, followUps: 2 },
  ]);
  expect(everyDay([])).toEqual([]);
  expect(wallClock("2027-07-04T09:00:00+00:00")).toEqual({ clock: "Sun, 4 Jul 2027, 09:00", offset: "GMT" });
});
