import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessFaults } from "../support/axe.js";
import { openConsole } from "../support/console-page.js";
import { startProduct, type RunningProduct } from "../support/product.js";

let product: RunningProduct;
let browser: Browser;
let page: Page;
let complaints: readonly string[];

beforeAll(async () => {
  product = await startProduct();
  ({ browser, page, complaints } = await openConsole(product, 1280));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  expect(await product?.stop()).toBe(0);
}, 40_000);

const region = (name: string) => page.getByRole("region", { name, exact: true });
const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
const expectNoFaults = async (where: string) => expect(await accessFaults(page), where).toEqual([]);
const addressed = (wanted: string) => page.waitForURL((url) => `${url.pathname}${url.search}` === wanted);

test("by two keys the page is there: four gauges, four charts, services and signals, live", async () => {
  await page.keyboard.type("gh");
  await page.getByRole("heading", { name: "System health", level: 1 }).waitFor();
  await page.getByText(/^\d(\.\d)? Hz, last sample \d+ ms ago$/).waitFor();
  expect(await region("Machine").getByRole("heading", { level: 3 }).count()).toBe(4);
  await page.locator("canvas").nth(3).waitFor();
  expect(await page.locator("canvas").count()).toBe(4);
  expect(await region("Services").getByRole("listitem").count()).toBe(4);
  expect(await region("Signals").getByRole("listitem").count()).toBe(19);
  await expectNoFaults("the page");
}, 90_000);

/** How many pixels of the first chart have a colour. */
const painted = () =>
  page.evaluate<number>(`(() => {
    const canvas = document.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, index) => index % 4 === 3 && value > 0).length;
  })()`);

test("a range is chosen, stays after a reload, and is looked at closer by dragging", async () => {
  await button("15 m").click();
  await addressed("/admin/health?range=15m");
  await page.reload();
  await page.getByRole("heading", { name: "Charts, last 15 minutes" }).waitFor();
  await page.locator("canvas").first().waitFor();
  await expect.poll(painted, { timeout: 20_000 }).toBeGreaterThan(1000);
  const box = (await page.locator(".u-over").first().boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.4, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, y, { steps: 6 });
  await page.mouse.up();
  await page.getByRole("heading", { name: "Charts, a part of the last 15 minutes" }).waitFor();
  await page.mouse.dblclick(box.x + box.width / 2, y);
  await page.getByRole("heading", { name: "Charts, last 15 minutes" }).waitFor();
}, 90_000);

test("paused, figures stand still; resumed, they are of now", async () => {
  await button("Pause").click();
  const before = await region("Machine").innerText();
  await button(/^Resume \(\+[3-9] s\)$/).waitFor();
  expect(await region("Machine").innerText()).toBe(before);
  await button(/^Resume/).click();
  await button("Pause").waitFor();
  await expect.poll(() => region("Machine").innerText(), { timeout: 20_000 }).not.toBe(before);
}, 60_000);

test("a rule that is broken fires, is listed, is muted, and is gone when it is deleted", async () => {
  await button("New rule").click();
  await page.getByLabel("Name", { exact: true }).fill("Any memory is too much");
  await page.getByLabel("Figure", { exact: true }).selectOption({ label: "Memory" });
  await page.getByLabel("Over, in %").fill("0");
  await page.getByLabel("For", { exact: true }).selectOption("At once");
  await expectNoFaults("a new rule");
  await button("Create rule").click();
  const line = page.getByRole("row").filter({ has: button("Any memory is too much") });
  await line.getByText("Firing").waitFor({ timeout: 40_000 });
  const alerts = page.getByRole("table", { name: "Alerts" });
  await alerts.getByText(/^Memory \d+%, over 0%$/).waitFor({ timeout: 40_000 });
  await alerts.getByText("Goes on").waitFor();

  await button("Any memory is too much").click();
  await button("Mute for 1 hour").click();
  await page.getByRole("heading", { name: /^Muted until/ }).waitFor();
  await expectNoFaults("a rule");
  await button("Delete").click();
  await button("Delete rule").click();
  await line.waitFor({ state: "detached" });
  // What it has told stays.
  await alerts.getByText("Any memory is too much").waitFor();
}, 150_000);

test("another limit is in force at once, everywhere on the page, and is set back by one press", async () => {
  await button("Change limits").click();
  const warning = page.getByLabel("Memory: degraded from, in %");
  await warning.fill("0.1");
  await expectNoFaults("limits");
  await button("Save 1 limit").click();
  // Other figures may be over their limits too: the machine is at work.
  const memory = region("Signals")
    .getByRole("listitem")
    .filter({ hasText: /^Memory/ });
  await memory.getByText("Degraded").waitFor({ timeout: 40_000 });
  await region("Machine").getByText("Degraded").first().waitFor();
  await memory.getByText("limits 0%, 92%").waitFor();
  await expectNoFaults("a degraded figure");
  await button("Change limits").click();
  await button("Memory: back to 80% and 92%").click();
  await button("Save 1 limit").click();
  await memory.getByText("Degraded").waitFor({ state: "detached", timeout: 40_000 });
}, 150_000);

test("on a wall there is the page alone, with its range", async () => {
  await page.goto(`${product.url}/admin/health?kiosk&range=5m`);
  await page.getByRole("heading", { name: "System health", level: 1 }).waitFor();
  await page.locator("canvas").nth(3).waitFor();
  expect(await page.getByRole("navigation").count()).toBe(0);
  await page.getByRole("status", { name: "Connection to the server" }).getByText("Live").waitFor();
  expect(await page.getByRole("group", { name: "Range" }).getByRole("button").count()).toBe(7);
  await expectNoFaults("the wall");
  await button("Leave the wall screen").click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}, 60_000);

test("the promises are two keys away, looked at by the server that runs", async () => {
  const heading = (name: string) => page.getByRole("heading", { name, level: 1 });
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await heading("Promises").waitFor();
  // The record is checked at night.
  await page.getByText("9 of 10 kept · 1 unknown").waitFor();
  await expectNoFaults("the promises");
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await heading("System health").waitFor();
}, 60_000);

test("the page raised no error in the browser", () => {
  expect(complaints).toEqual([]);
});
