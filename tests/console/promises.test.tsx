import { screen, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { PromisesPage } from "../../console/src/promises/PromisesPage";
import { meWith } from "./health-answers";
import { renderPage, stream, type Answers } from "./harness";

const promise = (id: string, title: string, more: object = {}) => ({
  id,
  title,
  sentence: `${title}, always.`,
  status: "KEPT",
  doubt: null,
  checkedAt: "2026-03-01T10:00:00.000Z",
  checkedWholeAt: "2026-03-01T09:00:00.000Z",
  durationMs: 12,
  brokenSince: null,
  offendingCount: 0,
  offending: [],
  ...more,
});
const twice = {
  status: "BROKEN",
  brokenSince: "2026-03-01T09:59:00.000Z",
  offendingCount: 1_240,
  offending: [
    {
      kind: "MESSAGE",
      nodeId: "m1",
      campaignId: "c1",
      label: "Step 1 of Spring",
      detail: "Sent a second time",
    },
    { kind: "CAMPAIGN", nodeId: "c2", campaignId: "c2", label: "Autumn", detail: "Leads in no bucket: 2" },
  ],
};
const kept = [promise("ORDER", "Steps come in order"), promise("TWICE", "Nobody gets a step twice")];

const open = (answers: Answers) =>
  renderPage(PromisesPage, "/promises", "/promises", {
    me: meWith("SYSTEM_HEALTH_READ"),
    promisesUpdated: stream().events,
    ...answers,
  });
const titles = () =>
  within(screen.getByRole("region", { name: "Promises" }))
    .getAllByRole("article")
    .map((card) => card.getAttribute("aria-label"));

test("a promise that breaks turns red live, comes first and leads to its rows; one that cannot be looked at says why", async () => {
  const user = userEvent.setup();
  const live = stream<object>();
  const { visited } = open({ promises: () => kept, promisesUpdated: live.events });
  expect(await screen.findByText("All 2 are kept")).toBeVisible();
  expect(titles()).toEqual(["Steps come in order", "Nobody gets a step twice"]);
  const unknown = { status: "UNKNOWN", doubt: "The look took longer than 10 s." };
  live.push({
    promisesUpdated: {
      promises: [promise("ORDER", "Steps come in order", unknown), { ...kept[1], ...twice }],
    },
  });
  expect(await screen.findByText("0 of 2 kept · 1 broken · 1 unknown")).toBeVisible();
  expect(titles()).toEqual(["Nobody gets a step twice", "Steps come in order"]);
  const [red, grey] = screen.getAllByRole("article").map((card) => within(card));
  expect(red!.getByText("Broken")).toBeVisible();
  expect(red!.getByRole("heading", { level: 3 })).toHaveTextContent(
    /^The first 2 of 1,240 rows, broken since /,
  );
  expect(grey!.getByText("Unknown")).toBeVisible();
  expect(grey!.getByText("The look took longer than 10 s.")).toBeVisible();
  const links = red!.getAllByRole("link").map((link) => link.getAttribute("href"));
  expect(links).toEqual(["/campaigns/c1?message=m1", "/campaigns/c2"]);
  await user.click(red!.getByRole("link", { name: "Step 1 of Spring" }));
  expect(visited()).toBe("/campaigns/c1?message=m1");
});

test("an error is said in its place, with a way to try again", async () => {
  const user = userEvent.setup();
  let isDown = true;
  open({
    promises: () => {
      if (isDown) throw new Error("The database does not answer.");
      return kept;
    },
  });
  const again = await screen.findByRole("button", { name: /retry/i });
  isDown = false;
  await user.click(again);
  expect(await screen.findByText("All 2 are kept")).toBeVisible();
});
