import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { HealthPage } from "../../console/src/health/HealthPage";
import { eventOf, historyOf, meWith, quiet, sampleOf } from "./health-answers";
import { renderPage, stream, type Answers } from "./harness";

vi.mock("uplot", async () => ({ default: (await import("./fake-uplot")).FakeChart }));
vi.mock("uplot/dist/uPlot.min.css", () => ({}));

function open(url: string, answers: Answers = {}) {
  const live = stream();
  const page = renderPage(HealthPage, "/health", url, {
    me: meWith("SYSTEM_HEALTH_READ"),
    ...quiet,
    health: () => sampleOf(20),
    healthHistory: (args: never) => historyOf(args),
    healthUpdated: live.events,
    ...answers,
  });
  return { ...page, push: (health: ReturnType<typeof sampleOf>) => live.push(eventOf(health)) };
}

const card = (name: string) => screen.findByRole("region", { name });
const lineOf = async (region: string, text: string) =>
  within(await card(region))
    .getByText(text)
    .closest("li")!;

test("figures say value, absolute value and state in words, and follow the stream", async () => {
  const { push } = open("/health");
  const machine = await card("Machine");
  await waitFor(() => expect(machine).toHaveTextContent("CPU20 %31% over a minute"));
  expect(machine).toHaveTextContent("Memory62 %5.0 GB of 8.0 GB");
  expect(machine).toHaveTextContent("Disk40 %60.0 GB of 100 GB free");
  expect(machine).not.toHaveTextContent("Degraded");
  push(sampleOf(81));
  await waitFor(() => expect(machine).toHaveTextContent("CPUDegraded81 %"));
});

test("a service says its word, its answer times and how it was; a signal its value between its limits", async () => {
  open("/health");
  const postgres = await lineOf("Services", "PostgreSQL");
  await waitFor(() => expect(postgres).toHaveTextContent("p50 1.2 ms · p95 8.5 ms"));
  expect(postgres).toHaveTextContent("1.4 ms");
  // Almost all is not all.
  expect(postgres).toHaveTextContent("99.99%");
  const ticks = within(postgres).getByRole("img", {
    name: "PostgreSQL in the last 15 minutes: not healthy for 20 s while it was recorded",
  });
  expect(ticks.children).toHaveLength(40);
  expect(ticks.firstElementChild).toHaveAttribute("title", expect.stringMatching(/: nothing was recorded$/));
  expect(ticks.lastElementChild).toHaveAttribute(
    "title",
    expect.stringMatching(/: unhealthy for 20 s, 1\.5 ms$/),
  );
  const redis = await lineOf("Services", "Redis");
  expect(redis).toHaveTextContent("No answer");
  expect(redis).toHaveTextContent("Unhealthy");
  expect(await card("Services")).toHaveTextContent("1 of 2 healthy");
  expect(await lineOf("Signals", "Oldest mail that is due")).toHaveTextContent(
    "2 min 10 slimits 1 min, 5 minDegraded",
  );
  expect(await lineOf("Signals", "Redis answers in")).toHaveTextContent("No answer");
  expect(await lineOf("Signals", "Dead letters in the last hour")).toHaveTextContent("1 job");
});

test("paused, the page stands still while samples come, and shows the newest when it is resumed", async () => {
  const user = userEvent.setup();
  const { push } = open("/health");
  const machine = await card("Machine");
  push(sampleOf(30));
  await waitFor(() => expect(machine).toHaveTextContent("30 %"));
  await user.click(screen.getByRole("button", { name: "Pause" }));
  push(sampleOf(55));
  const resume = await screen.findByRole("button", { name: /^Resume \(\+[12] s\)$/ }, { timeout: 5_000 });
  expect(machine).toHaveTextContent("30 %");
  await user.click(resume);
  await waitFor(() => expect(machine).toHaveTextContent("55 %"));
});

test("after three seconds without a sample the figures are grey and it is said since when", async () => {
  const { push } = open("/health");
  push(sampleOf(30));
  const machine = await card("Machine");
  expect(machine).not.toHaveAttribute("data-stale");
  expect(await screen.findByText(/last sample [345] s ago/, undefined, { timeout: 8_000 })).toBeVisible();
  expect(machine).toHaveAttribute("data-stale");
  push(sampleOf(33));
  await waitFor(() => expect(machine).not.toHaveAttribute("data-stale"));
});

test("the range stands in the address and is what services are asked for, never less than a quarter of an hour", async () => {
  const user = userEvent.setup();
  const asked = vi.fn((args: never) => historyOf(args));
  const { visited } = open("/health?range=1m", { healthHistory: asked });
  await card("Services");
  const minutes = () =>
    asked.mock.calls.map(
      ([{ from, to }]: [{ from: string; to: string }]) => Date.parse(to) - Date.parse(from),
    );
  await waitFor(() => expect(minutes()).toContain(15 * 60_000));
  await user.click(screen.getByRole("button", { name: "24 h" }));
  await waitFor(() => expect(minutes()).toContain(24 * 3_600_000));
  expect(visited()).toBe("/health?range=24h");
  expect(await screen.findByRole("heading", { name: "Charts, last 24 hours" })).toBeVisible();
  expect(await card("Services")).toHaveTextContent("last 24 hours");
  await user.click(screen.getByRole("button", { name: "5 m" }));
  expect(visited()).toBe("/health");
});
