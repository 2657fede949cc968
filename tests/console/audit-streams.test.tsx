import { screen, waitFor, within } from "@solidjs/testing-library";
import { expect, test, vi } from "vitest";
import { clash, hand, open, refusedAt, streamOf, type Input } from "./audit-settings-answers";
import { union } from "./team-answers";

test("a stream: a wrong address is said at its field; made, it tells its secret once and is listed", async () => {
  const user = hand();
  const streams: object[] = [];
  const wrong = "url must be an address starting with https:// or http://.";
  const createAuditStream = vi.fn(({ input }: { input: { url: string } }) => {
    if (!input.url.startsWith("https://")) return refusedAt("url", wrong);
    streams.push(streamOf({ waiting: 17, deliveredAt: null }));
    return { ...union("CreateAuditStreamSuccess"), auditStream: streams[0], secret: "whsec_c2VjcmV0" };
  });
  open({ auditStreams: () => [...streams], createAuditStream });
  expect(await screen.findByText("Entries are sent nowhere")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "New stream" }));
  const modal = within(await screen.findByRole("dialog", { name: "New stream" }));
  await user.type(modal.getByLabelText("Address"), "ftp://siem{Enter}");
  await waitFor(() => expect(modal.getByLabelText("Address")).toHaveAccessibleDescription(wrong));
  await user.clear(modal.getByLabelText("Address"));
  await user.selectOptions(modal.getByLabelText("Begins with"), "The first entry there is");
  await user.type(modal.getByLabelText("Address"), "https://siem.example.com/audit{Enter}");
  const secret = await screen.findByRole("dialog", { name: "Keep this secret now" });
  expect(secret).toHaveTextContent("whsec_c2VjcmV0");
  await user.click(within(secret).getByRole("button", { name: "I have kept it" }));
  await waitFor(() => expect(screen.queryByText("whsec_c2VjcmV0")).toBeNull());
  const [, row] = within(await screen.findByRole("table", { name: "Streams out" })).getAllByRole("row");
  expect(row).toHaveTextContent("https://siem.example.com/auditWebhookNothing yet17Catching up");
  expect(createAuditStream.mock.calls.map(([{ input }]) => input)).toEqual([
    { kind: "WEBHOOK", url: "ftp://siem", includesPast: false },
    { kind: "WEBHOOK", url: "https://siem.example.com/audit", includesPast: true },
  ]);
});

test("an open stream says what failed; it is paused, led elsewhere and deleted, each once and in one sitting", async () => {
  const user = hand();
  let stream: ReturnType<typeof streamOf> | undefined = streamOf({
    state: "FAILING",
    url: "https://siem.example.com/audit?…",
    failingSince: "2026-03-01T10:00:00.000Z",
    lastError: "The receiver answered 500.",
    waiting: 4,
  });
  const change = (changes: object) => (stream = { ...stream!, ...changes, version: stream!.version + 1 });
  const pauseAuditStream = vi.fn(() => ({
    ...union("PauseAuditStreamSuccess"),
    auditStream: change({ state: "PAUSED", pausedAt: "2026-03-01T11:00:00.000Z" }),
  }));
  const updateAuditStream = vi.fn(({ input }: { input: Input }) => {
    if (input.expectedVersion !== stream!.version) return clash(stream!.version);
    return { ...union("UpdateAuditStreamSuccess"), auditStream: change({ url: input.url }), secret: null };
  });
  const deleteAuditStream = vi.fn(() => {
    stream = undefined;
    return { ...union("DeleteAuditStreamSuccess"), id: "s1" };
  });
  const { visited } = open(
    {
      auditStreams: () => (stream ? [stream] : []),
      pauseAuditStream,
      updateAuditStream,
      deleteAuditStream,
    },
    "/audit/settings?stream=s1",
  );
  const sheet = within(await screen.findByRole("dialog", { name: "siem.example.com" }));
  expect(sheet.getByText("The receiver answered 500.")).toBeVisible();
  expect(sheet.getByText("4 entries")).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Pause" }));
  expect(await sheet.findByRole("button", { name: "Resume" })).toBeVisible();
  expect(sheet.getByLabelText("Address")).toHaveValue("");
  await user.click(sheet.getByRole("button", { name: "Save stream" }));
  expect(updateAuditStream).not.toHaveBeenCalled();
  await user.type(sheet.getByLabelText("Address"), "https://other.example.com/in{Enter}");
  expect(await screen.findByRole("dialog", { name: "other.example.com" })).toBeVisible();
  expect(updateAuditStream.mock.calls.map(([{ input }]) => input)).toEqual([
    { id: "s1", url: "https://other.example.com/in", expectedVersion: 4 },
  ]);
  // Somebody else changes it now.
  change({ url: "https://third.example.com/in" });
  await user.type(sheet.getByLabelText("Address"), "/v2{Enter}");
  expect(await sheet.findByRole("alert")).toHaveTextContent("Somebody else has changed this stream");
  await user.click(sheet.getByRole("button", { name: "Reload theirs" }));
  expect(sheet.getByLabelText("Address")).toHaveValue("https://third.example.com/in");
  await user.click(sheet.getByRole("button", { name: "Delete" }));
  const asked = await screen.findByRole("dialog", { name: "Delete the stream to third.example.com?" });
  await user.click(within(asked).getByRole("button", { name: "Delete stream" }));
  expect(await screen.findByText("Entries are sent nowhere")).toBeVisible();
  expect(pauseAuditStream).toHaveBeenCalledOnce();
  expect(deleteAuditStream).toHaveBeenCalledOnce();
  expect(visited()).toBe("/audit/settings");
});

test("a new secret is asked about, told once, and is no conflict for the form beside it", async () => {
  const user = hand();
  let stream = streamOf();
  const updateAuditStream = vi.fn(({ input }: { input: Input }) => {
    if (input.expectedVersion !== undefined && input.expectedVersion !== stream.version)
      return clash(stream.version);
    stream = { ...stream, version: stream.version + 1 };
    const secret = input["newSecret"] ? "whsec_bmV3" : null;
    return { ...union("UpdateAuditStreamSuccess"), auditStream: stream, secret };
  });
  open({ auditStreams: () => [stream], updateAuditStream }, "/audit/settings?stream=s1");
  const sheet = within(await screen.findByRole("dialog", { name: "siem.example.com" }));
  await user.click(sheet.getByRole("button", { name: "New secret" }));
  const asked = await screen.findByRole("dialog", { name: "Sign with a new secret?" });
  await user.click(within(asked).getByRole("button", { name: "New secret" }));
  const secret = await screen.findByRole("dialog", { name: "Keep this secret now" });
  expect(secret).toHaveTextContent("whsec_bmV3");
  await user.click(within(secret).getByRole("button", { name: "I have kept it" }));
  await waitFor(() => expect(screen.queryByText("whsec_bmV3")).toBeNull());
  await user.type(sheet.getByLabelText("Address"), "/v2{Enter}");
  expect(await screen.findByText("Stream saved")).toBeVisible();
  expect(updateAuditStream.mock.calls.map(([{ input }]) => input)).toEqual([
    { id: "s1", newSecret: true },
    { id: "s1", url: "https://siem.example.com/audit/v2", expectedVersion: 4 },
  ]);
});
