import { screen, waitFor, within } from "@solidjs/testing-library";
import { expect, test, vi } from "vitest";
import { keptFor, lastMonthOver, readMonths } from "../../console/src/audit/settings/settings.model";
import { openAudit } from "./audit-answers";
import { hand, livingRetention, me, open } from "./audit-settings-answers";
import { union } from "./team-answers";

const card = (name: string) => screen.findByRole("region", { name });

test("months are said as people say them, and what is over is whole months of UTC", () => {
  expect([null, 3, 12, 18, 24].map(keptFor)).toEqual([
    "for ever",
    "for 3 months",
    "for 1 year",
    "for 18 months",
    "for 2 years",
  ]);
  expect(lastMonthOver(3, Date.parse("2026-11-30T23:59:00Z"))).toBe("July 2026");
  expect(lastMonthOver(12, Date.parse("2026-01-01T00:00:00Z"))).toBe("December 2024");
  expect(readMonths(" ")).toEqual({ months: null });
  expect(readMonths("1200")).toEqual({ months: 1_200 });
  for (const wrong of ["2", "1201", "3.5", "-3", "three"])
    expect(readMonths(wrong)).toHaveProperty("refused");
});

test("fewer months are refused at the field or asked about first; more are saved at once; each is sent once", async () => {
  const user = hand();
  const { updateAuditRetention, auditRetention } = livingRetention();
  open({ auditRetention, updateAuditRetention });
  const months = await screen.findByLabelText("Months kept");
  expect(months).toHaveAccessibleDescription("Nothing is deleted.");
  await user.type(months, "2{Enter}");
  expect(months).toHaveAccessibleDescription(
    "Enter a whole number from 3 to 1,200 months, or nothing to keep entries for ever.",
  );
  expect(months).toHaveFocus();
  await user.type(months, "4{Enter}");
  const asked = await screen.findByRole("dialog", { name: "Keep entries for 2 years only?" });
  expect(asked).toHaveTextContent(/All entries up to \w+ \d{4} are deleted in the following night/);
  await user.click(within(asked).getByRole("button", { name: "Cancel" }));
  expect(updateAuditRetention).not.toHaveBeenCalled();
  await user.type(months, "{Enter}");
  await user.click(await screen.findByRole("button", { name: "Keep for 2 years" }));
  expect(await screen.findByText("Kept for 2 years")).toBeVisible();
  await user.clear(months);
  await user.type(months, "36{Enter}");
  expect(await screen.findByText("Kept for 3 years")).toBeVisible();
  expect(updateAuditRetention.mock.calls.map(([{ input }]) => input)).toEqual([
    { months: 24, expectedVersion: 1 },
    { months: 36, expectedVersion: 2 },
  ]);
});

test("whoever comes second changes nothing, keeps what they typed, and may take what the first has made", async () => {
  const user = hand();
  const { change, updateAuditRetention, auditRetention } = livingRetention({ months: 12 });
  open({ auditRetention, updateAuditRetention });
  const months = await screen.findByLabelText("Months kept");
  change({ months: 60 });
  await user.clear(months);
  await user.type(months, "48{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent(
    "Somebody else has changed how long entries are kept since you opened it. Nothing was changed by you.",
  );
  expect(months).toHaveValue("48");
  expect(auditRetention()).toMatchObject({ months: 60, version: 2 });
  expect(await screen.findByText("Kept for 5 years")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Reload theirs" }));
  expect(months).toHaveValue("60");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a hold says why, nothing is deleted while it lasts, and its end is asked about", async () => {
  const user = hand();
  const { updateAuditRetention, auditRetention } = livingRetention({ months: 12 });
  open({ auditRetention, updateAuditRetention });
  await user.click(await screen.findByRole("button", { name: "Place a hold" }));
  const reason = within(await screen.findByRole("dialog", { name: "Place a hold" })).getByLabelText("Reason");
  await user.click(screen.getByRole("button", { name: "Place hold" }));
  expect(reason).toHaveAccessibleDescription(
    "Say why nothing may be deleted, such as the number of the case.",
  );
  expect(updateAuditRetention).not.toHaveBeenCalled();
  await user.type(reason, "Case 7");
  await user.click(screen.getByRole("button", { name: "Place hold" }));
  expect(await screen.findByText("Case 7")).toBeVisible();
  expect(screen.getByLabelText("Months kept")).toHaveAccessibleDescription(
    "Nothing is deleted while the hold lasts.",
  );
  await user.click(await screen.findByRole("button", { name: "End the hold" }));
  const asked = await screen.findByRole("dialog", { name: "End the hold?" });
  await user.click(within(asked).getByRole("button", { name: "End the hold" }));
  expect(await screen.findByRole("button", { name: "Place a hold" })).toBeVisible();
  expect(updateAuditRetention.mock.calls.map(([{ input }]) => input)).toEqual([
    { holdReason: "Case 7", expectedVersion: 1 },
    { holdReason: null, expectedVersion: 2 },
  ]);
});

test("what was deleted is told by month and by number; nothing deleted is said too", async () => {
  const purged = [
    { ...union("AuditPurge"), month: "2026-01", firstSeq: 1, lastSeq: 1_204, at: "2026-05-02T02:00:00.000Z" },
  ];
  const first = open({ auditRetention: livingRetention({ purged }).auditRetention });
  const table = await screen.findByRole("table", { name: "Deleted months" });
  expect(within(table).getAllByRole("row")[1]).toHaveTextContent("January 20261,204, numbers 1 to 1,204");
  first.unmount();
  open({});
  expect(await screen.findByText("Nothing yet: retention has taken no month away.")).toBeVisible();
});

test("the audit page leads there whoever may change it, and nobody else", async () => {
  const first = openAudit("/audit", { me });
  expect(await screen.findByRole("link", { name: "Settings" })).toHaveAttribute("href", "/audit/settings");
  first.unmount();
  openAudit("/audit", {});
  await screen.findByRole("button", { name: "Verify" });
  expect(screen.queryByRole("link", { name: "Settings" })).toBeNull();
});

test("both cards say by themselves what the server refuses, and are asked again", async () => {
  const auditStreams = vi.fn(() => {
    throw new Error("No.");
  });
  open({ auditStreams });
  const streams = await card("Streams out");
  await hand().click(await within(streams).findByRole("button", { name: "Retry" }));
  await waitFor(() => expect(auditStreams).toHaveBeenCalledTimes(2));
  expect(within(await card("Retention")).getByLabelText("Months kept")).toBeVisible();
});
