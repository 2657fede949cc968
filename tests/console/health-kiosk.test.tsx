import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { createRoot, createSignal } from "solid-js";
import { afterEach, expect, test, vi } from "vitest";
import { setLink } from "../../console/src/api/link";
import { installKeys } from "../../console/src/app/keys";
import { reconnectAlone } from "../../console/src/app/kiosk";
import { HealthPage } from "../../console/src/health/HealthPage";
import { historyOf, meWith, sampleOf } from "./health-answers";
import { renderPage, stream } from "./harness";

vi.mock("uplot", async () => ({ default: (await import("./fake-uplot")).FakeChart }));
vi.mock("uplot/dist/uPlot.min.css", () => ({}));

afterEach(() => {
  vi.useRealTimers();
  setLink("connecting");
});

const nowhere = () => {};
const Page = () => {
  installKeys({
    openPalette: nowhere,
    openCheatSheet: nowhere,
    toggleTheme: nowhere,
    go: () => false,
    create: nowhere,
  });
  return <HealthPage />;
};

async function open(url: string) {
  const page = renderPage(Page, "/health", url, {
    me: meWith("SYSTEM_HEALTH_READ"),
    health: () => sampleOf(20),
    healthHistory: (args: never) => historyOf(args),
    healthUpdated: stream().events,
  });
  await screen.findByRole("region", { name: "Machine" });
  return page;
}

test("on a wall the page says its state, its machine and the link, keeps the range picker and has no pause", async () => {
  const user = userEvent.setup();
  const { visited } = await open("/health?kiosk");
  const head = within(screen.getByRole("banner"));
  expect(head.getByText("Healthy")).toBeVisible();
  expect(head.getByText("one")).toBeVisible();
  expect(head.getByRole("status")).toHaveTextContent("Connecting");
  expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
  await user.click(head.getByRole("button", { name: "1 h" }));
  expect(new URL(visited(), "http://console").searchParams.get("range")).toBe("1h");
  expect(new URL(visited(), "http://console").searchParams.has("kiosk")).toBe(true);
  await user.click(head.getByRole("button", { name: "Leave the wall screen" }));
  expect(visited()).toBe("/health?range=1h");
  expect(screen.getByRole("button", { name: "Pause" })).toBeVisible();
});

test("keys pause, change the range within its ends, and lead to the wall and back", async () => {
  const user = userEvent.setup();
  const { visited } = await open("/health?range=7d");
  await user.keyboard("p");
  expect(await screen.findByRole("button", { name: "Resume (+0 s)" })).toBeVisible();
  await user.keyboard("p");
  expect(await screen.findByRole("button", { name: "Pause" })).toBeVisible();
  await user.keyboard("]");
  expect(visited()).toBe("/health?range=30d");
  await user.keyboard("]");
  expect(visited()).toBe("/health?range=30d");
  await user.keyboard("[[".repeat(5));
  expect(visited()).toBe("/health");
  await user.keyboard("f");
  await waitFor(() => expect(visited()).toBe("/health?kiosk=1"));
  await user.keyboard("f");
  await waitFor(() => expect(visited()).toBe("/health"));
});

test("keys of a page are off while somebody types, and gone with the page", async () => {
  const user = userEvent.setup();
  const { visited, unmount } = await open("/health");
  const field = document.createElement("input");
  document.body.append(field);
  field.focus();
  await user.keyboard("f");
  expect(field.value).toBe("f");
  expect(visited()).toBe("/health");
  field.remove();
  unmount();
  await user.keyboard("f");
  expect(visited()).toBe("/health");
});

test("a connection that is closed for good is opened again after half a minute, on a wall alone", () => {
  vi.useFakeTimers();
  const reconnect = vi.fn();
  const [isAlone, setAlone] = createSignal(false);
  const dispose = createRoot((end) => {
    reconnectAlone(isAlone, reconnect);
    return end;
  });
  setLink("closed");
  vi.advanceTimersByTime(120_000);
  expect(reconnect).not.toHaveBeenCalled();
  setAlone(true);
  vi.advanceTimersByTime(29_000);
  expect(reconnect).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(reconnect).toHaveBeenCalledTimes(1);
  setLink("live");
  vi.advanceTimersByTime(120_000);
  expect(reconnect).toHaveBeenCalledTimes(1);
  dispose();
});
