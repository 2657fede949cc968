import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setEpoch } from "../../console/src/api/link";
import { HealthPage } from "../../console/src/health/HealthPage";
import { alive, made } from "./fake-uplot";
import { eventOf, historyOf, meWith, quiet, sampleOf } from "./health-answers";
import { renderPage, stream, type Answers } from "./harness";

vi.mock("uplot", async () => ({ default: (await import("./fake-uplot")).FakeChart }));
vi.mock("uplot/dist/uPlot.min.css", () => ({}));

const frames: FrameRequestCallback[] = [];
const nextFrame = () => frames.splice(0).forEach((run) => run(performance.now()));

beforeEach(() => {
  made.length = 0;
  frames.length = 0;
  vi.stubGlobal("requestAnimationFrame", (run: FrameRequestCallback) => frames.push(run));
});
afterEach(() => vi.unstubAllGlobals());

/** Four steps of five seconds before now, the third without anything. */
function seriesUntil(now: number) {
  const cpu = [10, 20, null, 40];
  return {
    at: cpu.map((_value, index) => new Date(now - 25_000 + index * 5_000).toISOString()),
    cpuPercent: cpu,
    cpuPercentMax: cpu.map((value) => value && value + 5),
    memoryPercent: cpu,
    memoryPercentMax: cpu,
    diskPercent: cpu,
    eventLoopP99Ms: cpu,
    eventLoopP99MsMax: cpu,
  };
}

async function open(url = "/health?range=1m", answers: Answers = {}) {
  const live = stream();
  const now = Date.now();
  const asked = vi.fn((args: never) => historyOf(args, { series: seriesUntil(now) }));
  const page = renderPage(HealthPage, "/health", url, {
    me: meWith("SYSTEM_HEALTH_READ"),
    ...quiet,
    health: () => sampleOf(20),
    healthHistory: asked,
    healthUpdated: live.events,
    ...answers,
  });
  await waitFor(() => expect(alive()).toHaveLength(4));
  const push = (cpu: number, atMs: number, host = "one") =>
    live.push(eventOf(sampleOf(cpu, { at: new Date(atMs).toISOString(), host })));
  return { ...page, push, now, asked };
}

const cpuOf = () => {
  const [at, cpu] = alive()[0]!.data;
  return [...(at ?? [])].map((seconds, index) => [Math.round(seconds * 1000), cpu?.[index] ?? null]);
};

/** Runs frames until the charts are as wanted. */
const drawn = (check: () => void) =>
  waitFor(() => {
    nextFrame();
    check();
  });

test("history fills the charts and the stream goes on from it; five samples are one drawing in a frame", async () => {
  const { push, now } = await open();
  push(55, now);
  await drawn(() => expect(cpuOf()).toContainEqual([now, 55]));
  const history = [
    [now - 25_000, 10],
    [now - 20_000, 20],
    [now - 10_000, 40],
  ];
  expect(cpuOf()).toEqual([...history, [now, 55]]);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const before = alive().map((chart) => chart.draws);
  for (let step = 1; step <= 5; step++) push(60 + step, now + step * 200);
  // A sample of the past changes nothing.
  push(99, now - 1);
  await waitFor(() => expect(frames.length).toBeGreaterThan(0));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(alive().map((chart) => chart.draws)).toEqual(before);
  nextFrame();
  expect(alive().map((chart) => chart.draws)).toEqual(before.map((draws) => draws + 1));
  expect(cpuOf().slice(-5)).toEqual([1, 2, 3, 4, 5].map((step) => [now + step * 200, 60 + step]));
  expect(alive()[0]!.scale).toEqual({ min: (now + 1_000 - 60_000) / 1000, max: (now + 1_000) / 1000 });
});

test("paused, the window stands still; resumed, what came meanwhile is in the charts", async () => {
  const user = userEvent.setup();
  const { push, now } = await open();
  push(55, now);
  await drawn(() => expect(cpuOf()).toContainEqual([now, 55]));
  await user.click(screen.getByRole("button", { name: "Pause" }));
  push(70, now + 500);
  push(71, now + 1_000);
  await new Promise((resolve) => setTimeout(resolve, 150));
  nextFrame();
  expect(alive()[0]!.scale?.max).toBe(now / 1000);
  expect(cpuOf().at(-1)).toEqual([now, 55]);
  await user.click(screen.getByRole("button", { name: /^Resume/ }));
  await drawn(() => expect(cpuOf()).toContainEqual([now + 500, 70]));
  expect(alive()[0]!.scale?.max).toBe((now + 1_000) / 1000);
});

test("dragging over one chart brings all four closer; a double click and “Show all” bring them back", async () => {
  const user = userEvent.setup();
  const { push, now } = await open();
  push(55, now);
  await drawn(() => expect(alive()[0]!.scale?.max).toBe(now / 1000));
  const all = alive()[0]!.scale!;
  alive()[1]!.drag(30, 10);
  const closer = { min: all.min + 30, max: all.min + 40 };
  await drawn(() => expect(alive().map((chart) => chart.scale)).toEqual([closer, closer, closer, closer]));
  expect(screen.getByRole("heading", { name: "Charts, a part of the last minute" })).toBeVisible();
  alive()[3]!.doubleClick();
  await drawn(() => expect(alive()[0]!.scale).toEqual(all));
  alive()[0]!.drag(5, 20);
  await user.click(await screen.findByRole("button", { name: "Show all" }));
  await drawn(() => expect(alive()[2]!.scale).toEqual(all));
  // A click that moved a little is no drag.
  alive()[0]!.drag(5, 2);
  expect(screen.queryByRole("button", { name: "Show all" })).toBeNull();
});

test("the legend says values of now, then of where the crosshair is; pressing a line shows it alone", async () => {
  const user = userEvent.setup();
  const { push, now } = await open();
  push(55, now);
  await drawn(() => expect(cpuOf()).toContainEqual([now, 55]));
  const card = within(screen.getByRole("region", { name: "Processor" }));
  expect(card.getByRole("button", { name: "CPU 55%" })).toBeVisible();
  expect(card.getByRole("button", { name: "Peak 55%" })).toBeVisible();
  alive()[0]!.point(0, 20);
  await waitFor(() => expect(card.getByRole("button", { name: "CPU 10%" })).toBeVisible());
  expect(card.getByRole("button", { name: "Peak 15%" })).toBeVisible();
  alive()[0]!.point(null, -10);
  const cpu = await card.findByRole("button", { name: "CPU 55%" });
  await user.click(cpu);
  expect(cpu).toHaveAttribute("aria-pressed", "true");
  expect(alive()[0]!.shown).toEqual([true, false]);
  await user.click(cpu);
  expect(alive()[0]!.shown).toEqual([true, true]);
});

test("what was done meanwhile is listed with the way there, and named where the crosshair comes near", async () => {
  const now = Date.now();
  const markers = [
    {
      at: new Date(now - 10_000).toISOString(),
      action: "campaign.launched",
      label: "Launched: Autumn",
      href: "/campaigns/c1",
    },
    {
      at: new Date(now - 3_600_000).toISOString(),
      action: "settings.updated",
      label: "Long ago",
      href: null,
    },
  ];
  const { push } = await open("/health?range=1m", {
    healthHistory: (args: never) => historyOf(args, { markers }),
  });
  push(55, now);
  await drawn(() => expect(alive()[0]!.scale?.max).toBe(now / 1000));
  expect(await screen.findByText("One thing was done meanwhile")).toBeVisible();
  expect(screen.getByText("Launched: Autumn")).toHaveAttribute("href", "/campaigns/c1");
  expect(screen.queryByText("Long ago")).toBeNull();
  alive()[0]!.point(0, 53);
  expect(await screen.findByText(/· Launched: Autumn$/)).toBeVisible();
});

test("after a reconnect the history is asked again, and with other colours the charts are made anew", async () => {
  const { asked } = await open();
  const before = asked.mock.calls.length;
  setEpoch((count) => count + 1);
  await waitFor(() => expect(asked).toHaveBeenCalledTimes(before + 1));
  document.documentElement.dataset["theme"] = "dark";
  await waitFor(() => expect(made).toHaveLength(8));
  expect(alive()).toHaveLength(4);
  delete document.documentElement.dataset["theme"];
});

test("with several machines one can be chosen; its charts are its history alone", async () => {
  const user = userEvent.setup();
  const asked = vi.fn(({ host, ...range }: { host?: string; from: string; to: string }) =>
    historyOf(range, {
      host: host ?? "one",
      hosts: ["one", "two"],
      series: seriesUntil(Date.parse(range.to)),
    }),
  );
  const { push, visited, now } = await open("/health?range=1m", { healthHistory: asked });
  await user.selectOptions(await screen.findByRole("combobox", { name: "Machine" }), "two");
  expect(visited()).toBe("/health?range=1m&host=two");
  await waitFor(() => expect(asked.mock.calls.at(-1)?.[0]).toMatchObject({ host: "two" }));
  push(77, now + 400);
  await drawn(() => expect(cpuOf().map(([, cpu]) => cpu)).toEqual([10, 20, 40]));
});
