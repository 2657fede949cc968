import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { GraphQLError } from "graphql";
import { expect, test, vi } from "vitest";
import { setEpoch } from "../../console/src/api/link";
import { ago, asked, connectionOf, entryOf, facets, openAudit, union, volume } from "./audit-answers";
import { stream } from "./harness";

// Layout does not exist here, so what covers what is not known.
const hand = () => userEvent.setup({ pointerEventsCheck: 0 });
const rows = () => within(screen.getByRole("table", { name: "Audit log" })).getAllByRole("link");
const sentences = () => rows().map((row) => row.textContent);
const box = () => screen.findByRole("combobox", { name: /Search the audit log/ });
const appended = (entry: object, cursor = "c-1") => ({
  auditAppended: { cursor, auditLog: entry, gap: null },
});
const search = (visited: () => string) => Object.fromEntries(new URLSearchParams(visited().split("?")[1]));

test("rows say who did what to whom and how it went; facets and bars count them", async () => {
  openAudit("/audit", {
    auditLogs: () => connectionOf([entryOf(2, { outcome: "DENIED" }), entryOf(1)]),
  });
  await screen.findByText("ada@example.com changed the role of person 2");
  const row = rows()[0]!.closest("tr")!;
  expect(row).toHaveTextContent("Denied");
  expect(row).toHaveTextContent("ken@example.com");
  const outcome = await screen.findByRole("region", { name: "Outcome" });
  expect(within(outcome).getByRole("button", { name: "Success 11" })).toBeVisible();
  expect(await screen.findByText(/13 entries in the last 7 days/)).toBeVisible();
  expect(
    screen.getByRole("img", { name: "Entries over time: 13 entries, at most 13 in one bar" }),
  ).toBeVisible();
});

test("bars that count the newest matches only say so", async () => {
  openAudit("/audit", {
    auditVolume: ((range: Parameters<typeof volume>[0]) =>
      volume(range).map((bar, at) => ({ ...bar, isComplete: at > 0 }))) as never,
  });
  expect(
    await screen.findByText("The newest 20,000 only: search for less to see all of them."),
  ).toBeVisible();
});

test("a facet writes itself into the box, chips mirror it, and each is taken back", async () => {
  const auditLogs = asked(() => connectionOf([entryOf(1)]));
  const { visited } = openAudit("/audit?q=mail", { auditLogs });
  const outcome = await screen.findByRole("region", { name: "Outcome" });
  await userEvent.click(within(outcome).getByRole("button", { name: "Denied 2" }));
  await waitFor(() => expect(search(visited)).toEqual({ q: "mail outcome:denied" }));
  expect(await box()).toHaveValue("mail outcome:denied");
  await waitFor(() =>
    expect(auditLogs.mock.calls.at(-1)?.[0]).toMatchObject({ filter: { query: "mail outcome:denied" } }),
  );
  const chips = screen.getByRole("list", { name: "Searched for" });
  await userEvent.click(within(chips).getByRole("button", { name: "Remove mail" }));
  await waitFor(() => expect(search(visited)).toEqual({ q: "outcome:denied" }));
  await userEvent.click(await screen.findByRole("button", { name: "Actions of User" }));
  await userEvent.click(await screen.findByRole("button", { name: "role.changed 7" }));
  await waitFor(() => expect(search(visited)).toEqual({ q: "outcome:denied action:user.role.changed" }));
});

test("the box suggests qualifiers and what is known of them, and asks when one is finished", async () => {
  const auditLogs = asked(() => connectionOf([entryOf(1)]));
  const { visited } = openAudit("/audit", { auditLogs });
  await screen.findByRole("region", { name: "Outcome" });
  const input = await box();
  await userEvent.click(input);
  await userEvent.keyboard("out");
  expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual([
    "outcome:success, denied or failed",
  ]);
  await userEvent.keyboard("{ArrowDown}{Enter}de");
  expect(input).toHaveValue("outcome:de");
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(search(visited)["q"] ?? "").not.toContain(":");
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(input).toHaveValue("outcome:denied ");
  await waitFor(() => expect(search(visited)).toEqual({ q: "outcome:denied" }));
  expect(screen.queryByRole("listbox")).toBeNull();
});

test("what the server does not understand is said at the box, and the rows stay", async () => {
  const message = "outcome: there is no lost. Known: success, denied, failed.";
  openAudit("/audit", {
    auditLogs: ({ filter }: { filter: { query?: string } }) => {
      if (filter.query?.includes("lost"))
        throw new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
      return connectionOf([entryOf(1)]);
    },
  });
  await screen.findByText("ada@example.com changed the role of person 1");
  await userEvent.type(await box(), "outcome:lost{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent(message);
  expect(await box()).toBeInvalid();
  expect(sentences()).toEqual(["ada@example.com changed the role of person 1"]);
  await userEvent.clear(await box());
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});

test("AU-11 what happens appears at the top once and is counted; while paused it waits behind its number", async () => {
  const live = stream<object>();
  const auditLogs = asked(() => connectionOf([3, 2, 1].map((number) => entryOf(number))));
  openAudit("/audit", { auditAppended: live.events, auditLogs });
  await screen.findByText("ada@example.com changed the role of person 3");
  const first = rows()[2];
  live.push(appended(entryOf(4, { at: ago(1) })));
  live.push(appended(entryOf(4, { at: ago(1) })));
  await waitFor(() => expect(sentences()[0]).toBe("ada@example.com changed the role of person 4"));
  expect(rows()).toHaveLength(4);
  expect(rows()[3]).toBe(first);
  expect(rows()[0]!.closest("tr")).toHaveAttribute("data-fresh");
  expect(await screen.findByText(/14 entries in the last 7 days/)).toBeVisible();
  await userEvent.keyboard("p");
  live.push(appended(entryOf(5, { at: ago(0) })));
  const pill = await screen.findByRole("button", { name: "1 new" });
  expect(rows()).toHaveLength(4);
  await userEvent.click(pill);
  await waitFor(() => expect(rows()).toHaveLength(5));
  expect(screen.queryByRole("button", { name: "1 new" })).toBeNull();
});

test("another search goes on tailing, with its own filter", async () => {
  const live = stream<object>();
  const auditAppended = asked(live.events);
  openAudit("/audit", { auditAppended });
  await waitFor(() => expect(auditAppended).toHaveBeenCalledOnce());
  await userEvent.type(await box(), "mail{Enter}");
  await waitFor(() => expect(auditAppended).toHaveBeenCalledTimes(2));
  expect(auditAppended.mock.calls[1]?.[0]).toMatchObject({ filter: { query: "mail" } });
});

test("a gap is a line between what was known and what was fetched anew", async () => {
  const live = stream<object>();
  let known = [3, 2, 1];
  openAudit("/audit", {
    auditAppended: live.events,
    auditLogs: () => connectionOf(known.map((number) => entryOf(number))),
  });
  await screen.findByText("ada@example.com changed the role of person 3");
  known = [5, 4, 3, 2, 1];
  live.push({
    auditAppended: { cursor: "c-9", auditLog: null, gap: { reason: "TOO_FAR_BEHIND", snapshot: [] } },
  });
  expect(await screen.findByText("2 entries may have been missing here: reloaded")).toBeVisible();
  expect(rows()).toHaveLength(5);
});

test("a cut before the first event says what may have been missed, also where it is more than a page", async () => {
  let known = [3, 2, 1];
  openAudit("/audit", {
    auditAppended: stream<object>().events,
    auditLogs: () => connectionOf(known.map((number) => entryOf(number))),
  });
  await screen.findByText("ada@example.com changed the role of person 3");
  setEpoch((count) => count + 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(screen.queryByText(/reloaded$/)).toBeNull();
  known = [4, 3, 2, 1];
  setEpoch((count) => count + 1);
  expect(await screen.findByText("1 entry may have been missing here: reloaded")).toBeVisible();
  known = [9, 8, 7];
  setEpoch((count) => count + 1);
  expect(
    await screen.findByText("The connection was cut, and more than 3 entries came meanwhile: reloaded"),
  ).toBeVisible();
  expect(screen.queryByText(/may have been missing/)).toBeNull();
});

test("an entry opens beside the list, with what changed, and leads on; j and k go through the list", async () => {
  const hands = hand();
  const { visited } = openAudit("/audit", {
    node: ({ id }: { id: string }) => entryOf(Number(id.slice(2))),
  });
  await screen.findByText("ada@example.com changed the role of person 3");
  await hands.keyboard("j{Enter}");
  const panel = await screen.findByRole("dialog", { name: "ada@example.com changed the role of person 3" });
  const changes = await within(panel).findByRole("region", { name: "Before and after" });
  expect(within(changes).getByRole("row", { name: "role USER MANAGER" })).toBeVisible();
  expect(within(changes).getByText("1 field unchanged")).toBeVisible();
  expect(panel).toHaveTextContent("Sealed as number 3");
  expect(within(panel).getByRole("link", { name: "ken@example.com" })).toHaveAttribute(
    "href",
    "/users?user=u-ken",
  );
  await hands.keyboard("j");
  expect(
    await screen.findByRole("dialog", { name: "ada@example.com changed the role of person 2" }),
  ).toBeVisible();
  expect(search(visited)).toEqual({ entry: "e-00002" });
  await hands.click(await screen.findByRole("button", { name: "See all of this request" }));
  await waitFor(() => expect(search(visited)).toEqual({ q: "request:r-1", range: "all" }));
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("AU-04 of an erased person it says erased, and no link leads to them", async () => {
  openAudit("/audit?entry=e-00009", {
    node: () =>
      entryOf(9, {
        actor: { ...union("AuditActor"), kind: "USER", id: "u-x", email: null, label: "Erased person" },
        changes: [{ ...union("AuditChange"), field: "email", before: null, after: null }],
        ip: null,
        userAgent: null,
        targets: [],
        isErased: true,
      }),
  });
  const panel = await screen.findByRole("dialog");
  await within(panel).findByRole("row", { name: "email erased" });
  expect(within(panel).getAllByText("erased")).toHaveLength(3);
  expect(within(panel).getByText("Erased person")).toBeVisible();
  expect(within(panel).queryByRole("link")).toBeNull();
});

test("AC-03 verifying says intact, or what is wrong and where", async () => {
  const verification = {
    ...union("AuditVerification"),
    isIntact: true,
    checkedAt: ago(0),
    tookMs: 420,
    entries: 1_204,
    seals: 96,
    firstSeq: 1,
    lastSeq: 1_204,
    unsealed: 0,
    faults: [] as object[],
    anchoredSeq: 1_200,
    anchoredAt: ago(30),
    keyIds: ["ed25519:4f1a"],
    purged: [],
  };
  let answer = verification;
  const auditLogs = asked(({ filter }: { filter: { query?: string } }) =>
    connectionOf(filter.query ? [entryOf(17)] : [3, 2, 1].map((number) => entryOf(number))),
  );
  const { visited } = openAudit("/audit", {
    auditVerify: () => answer,
    auditLogs,
    node: ({ id }: { id: string }) => entryOf(Number(id.slice(2))),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Verify" }));
  const panel = await screen.findByRole("dialog", { name: "Is the record intact?" });
  await within(panel).findByText("Intact");
  expect(panel).toHaveTextContent("1,204 entries and 96 seals are as they were written.");
  expect(panel).toHaveTextContent("up to number 1,200");
  const message = "Entry 17 is not what was sealed.";
  answer = {
    ...verification,
    isIntact: false,
    faults: [
      { ...union("AuditFault"), kind: "entry-changed", seq: 17, seal: 3, message },
      { ...union("AuditFault"), kind: "entry-missing", seq: 18, seal: 3, message: "Entry 18 is missing." },
      { ...union("AuditFault"), kind: "seal-missing", seq: null, seal: 1_200, message: "A seal is missing." },
    ],
  };
  await hand().click(within(panel).getByRole("button", { name: "Verify again" }));
  await within(panel).findByText("Not intact");
  const faults = within(panel).getByRole("region", { name: "What is wrong" });
  const [changed, missing, cut] = within(faults).getAllByRole("listitem");
  expect(changed).toHaveTextContent(`entry-changed ${message}`);
  const place = await within(changed!).findByRole("button", { name: "Entry number 17" });
  expect(missing).toHaveTextContent("Entry 18 is missing.Entry number 18, which is not there");
  expect(cut).toHaveTextContent("A seal is missing.Seal 1,200");
  expect(auditLogs.mock.calls.map(([args]) => args)).toContainEqual({
    first: 20,
    filter: { query: "seq:17 seq:18" },
  });
  await hand().click(place);
  const entry = await screen.findByRole("dialog", { name: "ada@example.com changed the role of person 17" });
  expect(await within(entry).findByText("Sealed as number 17")).toBeVisible();
  expect(search(visited)).toEqual({ verify: "1", entry: "e-00017" });
  await hand().keyboard("{Escape}");
  await waitFor(() => expect(search(visited)).toEqual({ verify: "1" }));
  await waitFor(() => expect(place).toHaveFocus());
});

test("a search is kept under a name, and forgotten again", async () => {
  const views: object[] = [
    { ...union("AuditView"), id: "v0", name: "Refused", query: "outcome:denied", isOwn: false },
  ];
  const saveAuditView = asked(({ input }: { input: { name: string; query: string } }) => {
    const auditView = { ...union("AuditView"), id: "v1", isOwn: true, ...input };
    views.push(auditView);
    return { ...union("SaveAuditViewSuccess"), auditView };
  });
  const deleteAuditView = asked(() => {
    views.pop();
    return { ...union("DeleteAuditViewSuccess"), deletedId: "v1" };
  });
  const { visited } = openAudit("/audit?q=mail", {
    auditViews: () => [...views],
    saveAuditView,
    deleteAuditView,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Save this search" }));
  const dialog = await screen.findByRole("dialog", { name: "Save this search" });
  await hand().type(within(dialog).getByRole("textbox", { name: "Name" }), "Mails");
  await hand().click(within(dialog).getByRole("button", { name: "Save" }));
  const own = await screen.findByRole("button", { name: "Mails" });
  expect(saveAuditView.mock.calls[0]?.[0]).toMatchObject({ input: { name: "Mails", query: "mail" } });
  expect(own).toHaveAttribute("aria-pressed", "true");
  await hand().click(screen.getByRole("button", { name: "Refused" }));
  await waitFor(() => expect(search(visited)).toEqual({ q: "outcome:denied" }));
  expect(screen.queryByRole("button", { name: "Delete the view Refused" })).toBeNull();
  await hand().click(screen.getByRole("button", { name: "Delete the view Mails" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Mails" })).toBeNull());
});

test("AU-08 what is searched for is exported with the token, as a file with the server's name", async () => {
  const fetched = vi.fn(
    async (_address: string, _init: object) =>
      new Response("id\n", { headers: { "content-disposition": 'attachment; filename="audit-1.csv"' } }),
  );
  vi.stubGlobal("fetch", fetched);
  const names: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    names.push(this.download);
  });
  URL.createObjectURL = () => "blob:x";
  URL.revokeObjectURL = () => undefined;
  openAudit("/audit?q=outcome:denied&range=all", {});
  const hands = hand();
  await hands.click(await screen.findByRole("button", { name: "Export" }));
  await hands.click(await screen.findByRole("menuitem", { name: /^CSV/ }));
  expect(await screen.findByText("Exported")).toBeVisible();
  const call = fetched.mock.calls.find(([address]) => address.startsWith("/api/audit/export"));
  expect(call?.[0]).toBe("/api/audit/export?format=csv&query=outcome%3Adenied");
  expect(names).toEqual(["audit-1.csv"]);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("nothing matches, nothing has happened, and the end of all are told apart", async () => {
  const none = { ...facets(), counted: 0 };
  const first = openAudit("/audit?q=mail", { auditLogs: () => connectionOf([]), auditFacets: () => none });
  expect(await screen.findByText("No entry matches")).toBeVisible();
  first.unmount();
  const second = openAudit("/audit", { auditLogs: () => connectionOf([]), auditFacets: () => none });
  expect(await screen.findByText("Nothing happened in the last 7 days")).toBeVisible();
  second.unmount();
  openAudit("/audit?range=all", {});
  expect(await screen.findByText(/That is all that is kept/)).toBeVisible();
});

test("AU-03 an address with the id of a request asks for all of that request", async () => {
  const { visited } = openAudit("/audit?requestId=r-9", {});
  await waitFor(() => expect(search(visited)).toEqual({ q: "request:r-9", range: "all" }));
  expect(await box()).toHaveValue("request:r-9");
});
