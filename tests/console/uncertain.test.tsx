import { cleanup, screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { MessagePanel } from "../../console/src/campaigns/parts/MessagePanel";
import { UncertainPage } from "../../console/src/messages/UncertainPage";
import { Toaster } from "../../console/src/ui/toast";
import { renderPage, type Answers } from "./harness";

const me = (permissions: string[] = ["CAMPAIGN_READ", "CAMPAIGN_LAUNCH", "LEAD_READ"]) => ({
  id: "me",
  email: "ada@example.com",
  name: "Ada",
  role: "ADMIN",
  permissions,
  teams: [],
  organisation: "Northwind",
});
const row = (n: number, campaign = 1) => ({
  __typename: "Message",
  id: `m${n}`,
  state: "UNCERTAIN",
  campaignId: `c${campaign}`,
  campaignName: `Campaign ${campaign}`,
  changedAt: new Date().toISOString(),
  reason: "NO_ANSWER",
  serverReply: n === 2 ? null : "Connection closed unexpectedly",
  attempt: 1,
  lead: { __typename: "Lead", id: `l${n}`, email: `lead-${n}@example.org`, firstName: null, lastName: null },
});
const connection = (rows: object[]) => ({
  __typename: "MessageConnection",
  edges: rows.map((node) => ({ __typename: "MessageEdge", node })),
  pageInfo: { __typename: "PageInfo", hasNextPage: false, endCursor: null },
  totalCount: rows.length,
});
const evidence = (sources: string[], unreachable: string[] = []) => ({
  __typename: "MailEvidence",
  sources,
  unreachable,
  at: new Date().toISOString(),
});
const open = (answers: Answers, who = me()) =>
  renderPage(
    () => (
      <>
        <UncertainPage />
        <Toaster />
      </>
    ),
    "/uncertain",
    "/uncertain",
    { me: () => who, mailEvidence: () => null, ...answers },
  );

test("the list says what is held and who is asked; a decision wants an answer and how one knows, and is sent once", async () => {
  let rows = [row(1), row(2), row(3, 2)];
  const resolveMessage = vi.fn<(given: object) => object>(() => {
    rows = rows.slice(1);
    return {
      __typename: "ResolveMessageSuccess",
      resolvedMessage: { ...row(1), state: "SENT", sentAt: null, events: [] },
    };
  });
  open({
    uncertainMessages: () => connection(rows),
    mailEvidence: () => evidence(["mail catcher", "Postfix log"], ["Postfix log"]),
    resolveMessage,
  });
  expect(await screen.findByText(/3 messages with unknown outcome: held/)).toBeVisible();
  expect(
    await screen.findByText(
      /^Every ten minutes the mail catcher and the Postfix log is asked by Message-ID for what left in the last 7 days\..*Last time the Postfix log could not be asked\.$/,
    ),
  ).toBeVisible();
  expect(screen.getByText("The worker was lost before the answer")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Decide about lead-1@example.org" }));
  const dialog = within(await screen.findByRole("dialog", { name: "What became of this message?" }));
  for (const choice of dialog.getAllByRole("radio")) expect(choice).not.toBeChecked();
  await userEvent.click(dialog.getByRole("button", { name: "Put on record" }));
  expect(dialog.getByText("Choose what became of it.")).toBeVisible();
  await userEvent.click(dialog.getByRole("radio", { name: "The server took it" }));
  await userEvent.click(dialog.getByRole("button", { name: "Put on record" }));
  expect(dialog.getByLabelText("How do you know?")).toHaveAccessibleDescription(
    "Say how you know, e.g. the line of the mail server’s log.",
  );
  expect(resolveMessage).not.toHaveBeenCalled();
  await userEvent.type(dialog.getByLabelText("How do you know?"), " seen in the log ");
  await userEvent.click(dialog.getByRole("button", { name: "Put on record" }));
  expect(await screen.findByText("Marked as sent")).toBeVisible();
  expect(resolveMessage.mock.calls.map(([given]) => given)).toEqual([
    { id: "m1", outcome: "ACCEPTED", evidence: "seen in the log" },
  ]);
  await waitFor(() => expect(screen.queryByText("lead-1@example.org")).toBeNull());
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a whole campaign is decided at once, and what could not be is said; a refusal stays in the dialog", async () => {
  let answer: object = { __typename: "Conflict", code: "CONFLICT", message: "Ask again.", path: null };
  let evidence: object | null = null;
  const resolveMessages = vi.fn<(given: object) => object>(() => answer);
  open({
    uncertainMessages: () => connection([row(1), row(3, 2)]),
    resolveMessages,
    mailEvidence: () => evidence,
  });
  expect(await screen.findByText(/^Nobody has looked yet .*every ten minutes\.$/)).toBeVisible();
  evidence = { __typename: "MailEvidence", sources: [], unreachable: [], at: "2026-11-27T06:00:00Z" };
  cleanup();
  open({
    uncertainMessages: () => connection([row(1), row(3, 2)]),
    resolveMessages,
    mailEvidence: () => evidence,
  });
  expect(await screen.findByText(/^No source is set up .*SMTP_LOG_FILE\.$/)).toBeVisible();
  await userEvent.click(await screen.findByRole("button", { name: "Decide for all of “Campaign 2”…" }));
  const dialog = within(await screen.findByRole("dialog", { name: "What became of these messages?" }));
  await userEvent.click(dialog.getByRole("radio", { name: "The server did not take it: send it again" }));
  await userEvent.type(dialog.getByLabelText("How do you know?"), "disk lost");
  await userEvent.click(dialog.getByRole("button", { name: "Put on record" }));
  expect(await dialog.findByText("Ask again.")).toBeVisible();
  answer = { __typename: "ResolveMessagesSuccess", resolved: 1000, left: 3, heldBack: 1 };
  await userEvent.click(dialog.getByRole("button", { name: "Put on record" }));
  expect(await screen.findByText("1,000 messages decided")).toBeVisible();
  expect(
    screen.getByText(/^3 more can be decided the same way; 1 message cannot: the lead has stopped/),
  ).toBeVisible();
  expect(resolveMessages.mock.calls[1]![0]).toEqual({
    campaignId: "c2",
    outcome: "SEND_AGAIN",
    evidence: "disk lost",
  });
});

test("who may not launch sees the list and decides nothing; without rows there is nothing to decide", async () => {
  open({ uncertainMessages: () => connection([row(1)]) }, me(["CAMPAIGN_READ", "LEAD_READ"]));
  expect(await screen.findByText("lead-1@example.org")).toBeVisible();
  expect(screen.queryByRole("button", { name: /^Decide/ })).toBeNull();
});

test("the panel of a message tells who said what, makes the mail only when asked, and says whether it is what was sent", async () => {
  const proof = vi.fn<() => object>(() => ({
    document: "{}",
    signature: "00",
    keyId: "k",
    publicKey: "00",
    __typename: "Receipt",
  }));
  const message = {
    ...row(1),
    state: "SENT",
    reason: null,
    plannedAt: new Date().toISOString(),
    sentAt: new Date().toISOString(),
    messageIdHeader: "<a@b>",
    lead: { ...row(1).lead, company: null },
    step: { __typename: "CampaignStep", id: "s1", position: 1, subject: "Hello" },
    version: 1,
    dueAt: new Date().toISOString(),
    enrollment: {
      __typename: "Enrollment",
      id: "e1",
      campaignId: "c1",
      state: "FINISHED",
      stopReason: null,
      skipReason: null,
      pausedUntil: null,
      events: [],
    },
    events: [
      {
        __typename: "MessageEvent",
        id: "e1",
        type: "uncertain",
        at: new Date().toISOString(),
        source: "lane",
        evidence: "closed",
        by: null,
      },
      {
        __typename: "MessageEvent",
        id: "e2",
        type: "resolved",
        at: new Date().toISOString(),
        source: "person",
        evidence: "in the log",
        by: "Ken",
      },
    ],
  };
  const mail = {
    __typename: "SentMail",
    subject: "Hello Lead",
    html: "<p>Hello</p>",
    text: "Hello",
    fromName: "News",
    fromEmail: "news@example.com",
    to: "lead-1@example.org",
    source: "From: News",
    isAsSent: true,
    isLeadChanged: false,
  };
  const show = (who: object, shown: object) =>
    renderPage(() => <MessagePanel id="m1" onClose={() => {}} />, "/x", "/x", {
      me: () => who,
      message: () => ({
        ...message,
        get receipt() {
          return proof();
        },
        mail,
        ...shown,
      }),
    });
  const first = show(me(), {});
  const panel = within(await screen.findByRole("dialog", { name: "lead-1@example.org" }));
  expect(await panel.findByText("said by the sending worker")).toBeInTheDocument();
  expect(panel.getByText("said by Ken")).toBeInTheDocument();
  expect(proof).not.toHaveBeenCalled();
  expect(panel.queryByTitle("The mail")).toBeNull();
  await userEvent.click(panel.getByRole("button", { name: "Show the mail and its receipt" }));
  expect(await panel.findByText(/This is what was handed over, byte for byte/)).toBeVisible();
  const frame = panel.getByTitle("The mail");
  expect([frame.getAttribute("sandbox"), frame.getAttribute("srcdoc")]).toEqual([
    "",
    expect.stringContaining("<p>Hello</p>"),
  ]);
  expect(panel.getByRole("button", { name: "Download the signed receipt" })).toBeVisible();
  expect(panel.getByRole("button", { name: "Download the mail" })).toBeVisible();
  expect(panel.queryByRole("button", { name: "Decide…" })).toBeNull();
  first.unmount();
  // What is kept back is said.
  const viewed = { ...me(), viewedBy: { __typename: "Viewer", id: "v", email: "v@example.com" } };
  for (const [who, shown, words] of [
    [me(), { mail: { ...mail, source: null } }, /bytes are for people who may change leads/],
    [viewed, { mail: { ...mail, source: null } }, /bytes are not given to somebody who looks through/],
    [me(), { mail: null, receipt: null }, /^You see addresses in part only/],
    [me(), { mail: null }, /^The mail cannot be made again/],
  ] as const) {
    const { unmount } = show(who, shown);
    await userEvent.click(await screen.findByRole("button", { name: "Show the mail and its receipt" }));
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Download the mail" })).toBeNull();
    unmount();
  }
});
