import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { HealthPage } from "../../console/src/health/HealthPage";
import { historyOf, meWith, quiet, sampleOf } from "./health-answers";
import { renderPage, stream, type Answers } from "./harness";
import { union } from "./team-answers";

vi.mock("uplot", async () => ({ default: (await import("./fake-uplot")).FakeChart }));
vi.mock("uplot/dist/uPlot.min.css", () => ({}));

const open = (answers: Answers) =>
  renderPage(HealthPage, "/health", "/health", {
    me: meWith("SYSTEM_HEALTH_READ", "SYSTEM_SETTINGS_MANAGE"),
    ...quiet,
    health: () => sampleOf(20),
    healthHistory: (args: never) => historyOf(args),
    healthUpdated: stream().events,
    ...answers,
  });

const limits = (cpu: [number, number], version: number) => [
  {
    signal: "CPU",
    label: "CPU",
    unit: "%",
    warning: cpu[0],
    critical: cpu[1],
    defaultWarning: 75,
    defaultCritical: 90,
    version,
  },
  {
    signal: "REDIS_PING",
    label: "Redis answers in",
    unit: "ms",
    warning: 50,
    critical: 250,
    defaultWarning: 50,
    defaultCritical: 250,
    version,
  },
];

async function openSheet(user: ReturnType<typeof userEvent.setup>) {
  await user.click(await screen.findByRole("button", { name: "Change limits" }));
  const sheet = within(await screen.findByRole("dialog", { name: "Limits" }));
  const cpu = await sheet.findByLabelText("CPU: degraded from, in %");
  return { sheet, cpu };
}

test("only the limits that were changed are sent, with the version they were read at", async () => {
  const user = userEvent.setup();
  const updateHealthThresholds = vi.fn((_args: unknown) => ({
    ...union("UpdateHealthThresholdsSuccess"),
    healthThresholds: limits([60, 90], 8),
  }));
  open({ healthThresholds: () => limits([75, 90], 7), updateHealthThresholds });
  const { sheet, cpu } = await openSheet(user);
  expect(sheet.getByRole("button", { name: "Nothing changed" })).toHaveAttribute("aria-disabled", "true");
  await user.clear(cpu);
  await user.click(sheet.getByRole("button", { name: "Save 1 limit" }));
  expect(cpu).toHaveAccessibleDescription("Enter a number for both limits.");
  expect(updateHealthThresholds).not.toHaveBeenCalled();
  await user.type(cpu, "60");
  await user.click(sheet.getByRole("button", { name: "Save 1 limit" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(updateHealthThresholds.mock.calls.map(([args]) => args)).toEqual([
    { input: { thresholds: [{ signal: "CPU", warning: 60, critical: 90 }], expectedVersion: 7 } },
  ]);
});

test("a limit that contradicts the other is said at its figure; what differs is set back by one press", async () => {
  const user = userEvent.setup();
  const message = "Redis answers in: warning must be less than critical.";
  const updateHealthThresholds = vi.fn((_args: unknown) => ({
    ...union("InvalidInput"),
    code: "BAD_USER_INPUT",
    message,
    path: null,
    issues: [{ path: ["thresholds", "0", "warning"], message }],
  }));
  open({ healthThresholds: () => limits([60, 95], 7), updateHealthThresholds });
  const { sheet, cpu } = await openSheet(user);
  const redis = sheet.getByLabelText("Redis answers in: degraded from, in ms");
  await user.clear(redis);
  await user.type(redis, "300{Enter}");
  await waitFor(() => expect(redis).toHaveAccessibleDescription(message));
  expect(cpu).not.toHaveAttribute("aria-invalid");
  await user.click(sheet.getByRole("button", { name: "CPU: back to 75% and 90%" }));
  expect(cpu).toHaveValue("75");
  expect(sheet.queryByRole("button", { name: /^CPU: back to/ })).toBeNull();
});

test("limits that somebody else has changed are not written over; reload takes theirs", async () => {
  const user = userEvent.setup();
  let now = limits([75, 90], 7);
  const updateHealthThresholds = vi.fn((_args: unknown) => {
    now = limits([70, 85], 8);
    return { ...union("Conflict"), code: "CONFLICT", message: "Changed.", path: null, currentVersion: 8 };
  });
  open({ healthThresholds: () => now, updateHealthThresholds });
  const { sheet, cpu } = await openSheet(user);
  await user.clear(cpu);
  await user.type(cpu, "50{Enter}");
  expect(await sheet.findByText(/Somebody else has changed limits/)).toBeVisible();
  expect(cpu).toHaveValue("50");
  await user.click(sheet.getByRole("button", { name: "Reload theirs" }));
  await waitFor(() => expect(sheet.getByLabelText("CPU: degraded from, in %")).toHaveValue("70"));
  expect(updateHealthThresholds).toHaveBeenCalledTimes(1);
});
