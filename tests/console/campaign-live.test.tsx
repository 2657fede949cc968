import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { EditCampaignPage } from "../../console/src/campaigns/CampaignEditorPage";
import { MessagePanel } from "../../console/src/campaigns/parts/MessagePanel";
import { Versions } from "../../console/src/campaigns/parts/Versions";
import { Toaster } from "../../console/src/ui/toast";
import { renderPage, type Answers } from "./harness";

const me = (...permissions: string[]) => ({
  id: "me",
  email: "ada@example.com",
  name: "Ada",
  role: "ADMIN",
  permissions: ["CAMPAIGN_READ", "LEAD_READ", ...permissions],
  teams: [],
  organisation: "Northwind",
});
const nothing = () => ({ edges: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 });
const at = "2026-03-02T09:00:00Z";

const place = (more: object = {}) => ({
  __typename: "Enrollment",
  id: "e1",
  campaignId: "c1",
  state: "WAITING",
  stopReason: null,
  skipReason: null,
  pausedUntil: null,
  events: [],
  ...more,
});
const event = (type: string, more: object = {}) => ({
  __typename: "EnrollmentEvent",
  id: `v-${type}`,
  type,
  at,
  label: null,
  note: null,
  until: null,
  by: "Ada",
  ...more,
});
const message = (enrollment: object) => ({
  __typename: "Message",
  id: "m1",
  state: "PLANNED",
  reason: null,
  attempt: 0,
  plannedAt: at,
  dueAt: at,
  sentAt: null,
  serverReply: null,
  messageIdHeader: null,
  version: 3,
  enrollment,
  lead: {
    __typename: "Lead",
    id: "l1",
    email: "lea@example.org",
    firstName: "Lea",
    lastName: null,
    company: null,
  },
  step: { __typename: "CampaignStep", id: "s1", position: 2, subject: "Again" },
  events: [],
});
const open = (enrollment: object, answers: Answers, ...permissions: string[]) =>
  renderPage(
    () => (
      <>
        <MessagePanel id="m1" onClose={() => {}} />
        <Toaster />
      </>
    ),
    "/x",
    "/x",
    { me: () => me(...permissions), message: () => message(enrollment), ...answers },
  );

test("a reply is recorded with its time and a note; who may not edit campaigns only reads where the lead stands", async () => {
  const stopped = place({
    state: "STOPPED",
    stopReason: "REPLIED",
    events: [event("REPLIED", { note: "Call me" })],
  });
  const recordReply = vi.fn((_args: unknown) => ({
    __typename: "RecordReplySuccess",
    companyStopped: 2,
    enrollment: stopped,
  }));
  const { unmount } = open(place(), { recordReply }, "CAMPAIGN_UPDATE");
  const section = within(await screen.findByRole("region", { name: "Place in the campaign" }));
  expect(section.getByText("Waits for the next step")).toBeVisible();
  expect(section.getAllByRole("button").map((button) => button.textContent)).toEqual([
    "Record reply",
    "Record goal",
    "Not now until…",
    "Stop",
  ]);
  await userEvent.click(section.getByRole("button", { name: "Record reply" }));
  const dialog = within(await screen.findByRole("dialog", { name: "They have answered" }));
  await userEvent.type(dialog.getByLabelText(/^Note/), "Call me");
  await userEvent.click(dialog.getByRole("button", { name: "Record reply" }));
  expect(await screen.findByText("2 other leads of the company stopped.")).toBeInTheDocument();
  expect(recordReply.mock.calls[0]?.[0]).toMatchObject({ campaignId: "c1", leadId: "l1", note: "Call me" });
  unmount();

  open(stopped, {});
  expect(await screen.findByText("Stopped: replied")).toBeVisible();
  expect(screen.getByText(/Call me/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Record reply" })).toBeNull();
});

test("a rest is refused at its field and the dialog stays; a resting lead can go on at once", async () => {
  const pauseEnrollment = vi.fn((_args: unknown) => ({
    __typename: "InvalidInput",
    code: "BAD_USER_INPUT",
    message: "x",
    path: ["until"],
    issues: [{ path: ["until"], rule: "future", message: "until must be in the future.", value: null }],
  }));
  const resumeEnrollment = vi.fn((_args: unknown) => ({
    __typename: "ResumeEnrollmentSuccess",
    enrollment: place(),
  }));
  const resting = place({ state: "PAUSED", pausedUntil: "2027-03-01T00:00:00Z" });
  open(resting, { pauseEnrollment, resumeEnrollment }, "CAMPAIGN_UPDATE");
  expect(await screen.findByText(/^Not now, until/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Not now until…" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Not now" }));
  await userEvent.click(dialog.getByRole("button", { name: "Let them rest" }));
  await waitFor(() =>
    expect(dialog.getByLabelText("Not before")).toHaveAccessibleDescription("until must be in the future."),
  );
  await userEvent.click(dialog.getByRole("button", { name: "Cancel" }));
  await userEvent.click(await screen.findByRole("button", { name: "Go on now" }));
  await waitFor(() => expect(resumeEnrollment).toHaveBeenCalledTimes(1));
});

test("what runs is edited by its next version: whom it reaches is said, launch and audience are not offered", async () => {
  const campaign = {
    __typename: "Campaign",
    id: "c1",
    name: "Spring",
    status: "RUNNING",
    version: 1,
    fromName: "Ada",
    fromEmail: "ada@acme.de",
    replyTo: null,
    postalAddress: null,
    senders: [],
    schedule: null,
    stopRules: { onCompanyReply: false, onGoal: true },
    updatedAt: at,
    scheduledAt: null,
    launchedAt: at,
    pausedAt: null,
    completedAt: null,
    inFlight: 0,
    availableActions: ["UPDATE", "PAUSE"],
    fourEyes: null,
    steps: [
      {
        __typename: "CampaignStep",
        id: "s1",
        position: 1,
        delayMinutes: 0,
        delayBusinessDays: 0,
        variants: [],
        subject: "Hi",
        html: "<p>Hi</p>",
        text: null,
      },
    ],
    audience: { __typename: "CampaignAudience", lists: [], leadIds: ["l1"] },
    accounting: {
      campaignId: "c1",
      audience: 5,
      planning: false,
      inFlight: 0,
      at,
      buckets: [
        { bucket: "PLANNED", reason: null, count: 3 },
        { bucket: "SENT", reason: null, count: 2 },
      ],
    },
  };
  const updateCampaign = vi.fn((_args: unknown) => ({
    __typename: "UpdateCampaignSuccess",
    campaign: { ...campaign, version: 2, stopRules: { onCompanyReply: true, onGoal: true } },
  }));
  renderPage(EditCampaignPage, "/campaigns/:id/edit", "/campaigns/c1/edit", {
    campaign: () => campaign,
    updateCampaign,
    senders: nothing,
    leads: nothing,
    previewTemplate: () => ({ subject: "Hi", html: "", text: "", variables: [], missing: [], problems: [] }),
  });
  expect(
    await screen.findByText(
      "Changes apply to 3 mails that have not been begun, and to what follows. What was sent keeps its text.",
    ),
  ).toBeVisible();
  expect(screen.queryByRole("button", { name: "Launch" })).toBeNull();
  expect(screen.getByText(/Whom it is for stays as it was launched/)).toBeVisible();
  const save = screen.getByRole("button", { name: "Save as next version" });
  expect(save).toHaveAttribute("aria-disabled", "true");
  await userEvent.click(screen.getByRole("switch", { name: "A reply stops the whole company" }));
  await userEvent.click(save);
  await waitFor(() => expect(updateCampaign).toHaveBeenCalledTimes(1));
  expect(updateCampaign.mock.calls[0]?.[0]).toMatchObject({
    input: {
      id: "c1",
      expectedVersion: 1,
      stopRules: { onCompanyReply: true, onGoal: true },
      steps: [{ id: "s1", subject: "Hi" }],
    },
  });
});

test("versions tell what each edit has changed, the newest first", async () => {
  const version = (n: number, changes: string[]) => ({
    __typename: "CampaignVersion",
    id: `v${n}`,
    n,
    createdAt: at,
    createdBy: "Ada",
    changes,
  });
  const versions = {
    edges: [
      { cursor: "1", node: version(2, ["Step 1: subject", "Schedule"]) },
      { cursor: "2", node: version(1, []) },
    ],
    pageInfo: { hasNextPage: false, endCursor: null },
    totalCount: 2,
  };
  renderPage(() => <Versions campaignId="c1" refresh={0} />, "/x", "/x", {
    campaign: () => ({ __typename: "Campaign", id: "c1", versions }),
  });
  await screen.findByText("Launched");
  const rows = screen.getAllByRole("row");
  expect(rows.slice(1).map((row) => row.textContent)).toEqual([
    expect.stringContaining("Step 1: subjectSchedule"),
    expect.stringContaining("Launched"),
  ]);
});
