import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { HealthPage } from "../../console/src/health/HealthPage";
import { Toaster } from "../../console/src/ui/toast";
import { historyOf, meWith, quiet, ruleOf, sampleOf } from "./health-answers";
import { renderPage, stream, type Answers } from "./harness";
import { connectionOf, union } from "./team-answers";

vi.mock("uplot", async () => ({ default: (await import("./fake-uplot")).FakeChart }));
vi.mock("uplot/dist/uPlot.min.css", () => ({}));

const manager = meWith("SYSTEM_HEALTH_READ", "SYSTEM_SETTINGS_MANAGE");

function open(url: string, answers: Answers) {
  const page = () => (
    <>
      <HealthPage />
      <Toaster />
    </>
  );
  return renderPage(page, "/health", url, {
    me: manager,
    ...quiet,
    health: () => sampleOf(20),
    healthHistory: (args: never) => historyOf(args),
    healthUpdated: stream().events,
    ...answers,
  });
}

const clash = {
  ...union("Conflict"),
  code: "CONFLICT",
  message: "It has version 4.",
  path: null,
  currentVersion: 4,
};

/** One rule that changes as the server would change it. */
function livingRule() {
  let rule = ruleOf("r1", "Mail is late");
  const change = (changes: Record<string, unknown>) =>
    (rule = { ...rule, ...changes, version: rule.version + 1 });
  const updateAlertRule = vi.fn(({ input }: { input: Record<string, unknown> }) => {
    const { id: _id, expectedVersion, ...changes } = input;
    if (expectedVersion !== undefined && expectedVersion !== rule.version) return clash;
    change(changes);
    return { ...union("UpdateAlertRuleSuccess"), alertRule: rule };
  });
  const muteAlertRule = vi.fn(({ until }: { until: string | null }) => {
    change({ mutedUntil: until });
    return { ...union("MuteAlertRuleSuccess"), alertRule: rule };
  });
  return { change, answers: { alertRules: () => [rule], updateAlertRule, muteAlertRule } };
}

test("a rule is said in words, with its value and its state; firings with how long they lasted and whether anybody was told", async () => {
  const firing = (id: string, rest: Record<string, unknown>) => ({
    __typename: "AlertEvent",
    id,
    ruleName: "Mail is late",
    signal: "OLDEST_DUE_MESSAGE",
    threshold: 120,
    value: 400,
    firedAt: "2026-03-01T10:00:00.000Z",
    recoveredAt: "2026-03-01T10:12:30.000Z",
    wasMuted: false,
    ...rest,
  });
  open("/health", {
    me: meWith("SYSTEM_HEALTH_READ"),
    alertRules: () => [
      ruleOf("r1", "Mail is late", { state: "FIRING", lastValue: 400 }),
      ruleOf("r2", "Quiet one", { isEnabled: false, forSeconds: 0, lastValue: null }),
    ],
    alertEvents: () => connectionOf([firing("e1", { recoveredAt: null }), firing("e2", { wasMuted: true })]),
  });
  const rules = await screen.findByRole("table", { name: "Alert rules" });
  const [, late, off] = within(rules).getAllByRole("row");
  expect(late).toHaveTextContent("Mail is lateOldest mail that is due over 2 min for 1 min6 min 40 sFiring");
  expect(off).toHaveTextContent("Quiet oneOldest mail that is due over 2 minOff");
  const alerts = await screen.findByRole("table", { name: "Alerts" });
  const lines = () => within(alerts).getAllByRole("row").slice(1);
  await waitFor(() => expect(lines()).toHaveLength(2));
  expect(lines()[0]).toHaveTextContent("Oldest mail that is due 6 min 40 s, over 2 min");
  expect(lines()[0]).toHaveTextContent("Goes on");
  expect(lines()[1]).toHaveTextContent("Muted");
  expect(lines()[1]).toHaveTextContent("12 min 30 s");
  expect(screen.getByRole("region", { name: "Alerts" })).toHaveTextContent("1 rule firing now");
});

test("whoever may not manage settings sees rules and is offered no change", async () => {
  const refuse = vi.fn();
  open("/health?rule=new&limits=1", {
    me: meWith("SYSTEM_HEALTH_READ"),
    alertRules: () => [ruleOf("r1", "Mail is late")],
    createAlertRule: refuse,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Mail is late" }));
  const sheet = await screen.findByRole("dialog", { name: "Mail is late" });
  expect(sheet).toHaveTextContent("Administrators change and mute alert rules.");
  expect(within(sheet).queryByRole("textbox")).toBeNull();
  expect(screen.queryByRole("button", { name: "New rule" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Change limits" })).toBeNull();
  expect(screen.getAllByRole("dialog")).toHaveLength(1);
  expect(refuse).not.toHaveBeenCalled();
});

test("a new rule: no number and a taken name are said at their fields and make nothing; then it is made and listed", async () => {
  const user = userEvent.setup();
  const rules = [ruleOf("r1", "Mail is late")];
  const taken = {
    ...union("Conflict"),
    code: "CONFLICT",
    message: "There is a rule named “Mail is late” already.",
    path: ["name"],
    currentVersion: null,
  };
  const createAlertRule = vi.fn(({ input }: { input: { name: string } }) => {
    if (input.name === "Mail is late") return taken;
    rules.push(ruleOf("r2", input.name, { ...input, unit: "%" }));
    return { ...union("CreateAlertRuleSuccess"), alertRule: rules[1] };
  });
  open("/health", { alertRules: () => rules, createAlertRule });
  await user.click(await screen.findByRole("button", { name: "New rule" }));
  const modal = within(await screen.findByRole("dialog", { name: "New alert rule" }));
  await user.type(modal.getByLabelText("Name"), "Mail is late");
  await user.type(modal.getByLabelText("Over, in %"), "much");
  await user.click(modal.getByRole("button", { name: "Create rule" }));
  expect(modal.getByLabelText("Over, in %")).toHaveAccessibleDescription("Enter a number.");
  expect(createAlertRule).not.toHaveBeenCalled();
  await user.clear(modal.getByLabelText("Over, in %"));
  await user.type(modal.getByLabelText("Over, in %"), "92.5{Enter}");
  await waitFor(() => expect(modal.getByLabelText("Name")).toHaveAccessibleDescription(taken.message));
  await user.clear(modal.getByLabelText("Name"));
  await user.type(modal.getByLabelText("Name"), "CPU is busy");
  await user.selectOptions(modal.getByLabelText("For"), "5 min");
  await user.click(modal.getByRole("button", { name: "Create rule" }));
  expect(await screen.findByRole("button", { name: "CPU is busy" })).toBeVisible();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(createAlertRule.mock.calls.at(-1)?.[0]).toMatchObject({
    input: { name: "CPU is busy", signal: "CPU", threshold: 92.5, forSeconds: 300 },
  });
});

test("a rule is muted, switched off and saved in one sitting; each is asked for once", async () => {
  const user = userEvent.setup();
  const { answers } = livingRule();
  open("/health?rule=r1", answers);
  const sheet = within(await screen.findByRole("dialog", { name: "Mail is late" }));
  const before = Date.now();
  await user.click(sheet.getByRole("button", { name: "Mute for 8 hours" }));
  expect(await sheet.findByRole("button", { name: "Tell again" })).toBeVisible();
  const [{ until }] = answers.muteAlertRule.mock.calls[0]!;
  expect(Date.parse(until ?? "") - before).toBeGreaterThanOrEqual(8 * 3_600_000);
  expect(Date.parse(until ?? "") - before).toBeLessThan(8 * 3_600_000 + 60_000);
  await user.click(sheet.getByRole("switch", { name: "Judge this rule" }));
  await waitFor(() => expect(sheet.getByRole("switch")).not.toBeChecked());
  await user.clear(sheet.getByLabelText("Over, in s"));
  await user.type(sheet.getByLabelText("Over, in s"), "90");
  await user.click(sheet.getByRole("button", { name: "Save rule" }));
  await screen.findByText("Alert rule saved");
  expect(answers.updateAlertRule.mock.calls.map(([{ input }]) => input)).toEqual([
    { id: "r1", isEnabled: false },
    { id: "r1", name: "Mail is late", threshold: 90, forSeconds: 60, expectedVersion: 5 },
  ]);
});

test("a rule that somebody else has changed is not saved over them; reload takes theirs", async () => {
  const user = userEvent.setup();
  const { answers, change } = livingRule();
  open("/health?rule=r1", answers);
  const sheet = within(await screen.findByRole("dialog", { name: "Mail is late" }));
  const name = await sheet.findByLabelText("Name");
  change({ name: "Theirs" });
  await user.clear(name);
  await user.type(name, "Mine{Enter}");
  expect(await sheet.findByText(/Somebody else has changed this rule/)).toBeVisible();
  expect(name).toHaveValue("Mine");
  await waitFor(() => expect(screen.getByRole("dialog", { name: "Theirs" })).toBeVisible());
  await user.click(sheet.getByRole("button", { name: "Reload theirs" }));
  expect(sheet.getByLabelText("Name")).toHaveValue("Theirs");
  expect(answers.alertRules()[0]).toMatchObject({ name: "Theirs", version: 4 });
});

test("a rule is deleted only after it was asked for, and then it is gone from the list", async () => {
  const user = userEvent.setup();
  let rules = [ruleOf("r1", "Mail is late")];
  const deleteAlertRule = vi.fn(({ id }: { id: string }) => {
    rules = [];
    return { ...union("DeleteAlertRuleSuccess"), id };
  });
  open("/health?rule=r1", { alertRules: () => rules, deleteAlertRule });
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  const question = within(await screen.findByRole("dialog", { name: "Delete “Mail is late”?" }));
  expect(deleteAlertRule).not.toHaveBeenCalled();
  await user.click(question.getByRole("button", { name: "Delete rule" }));
  expect(await screen.findByText("No alert rules")).toBeVisible();
  expect(deleteAlertRule.mock.calls).toHaveLength(1);
});
