import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type Api } from "../support/api.js";
import { launchChromium } from "../support/chromium.js";

let api: Api;
let browser: Browser;
beforeAll(async () => {
  [api, browser] = await Promise.all([startApi(), launchChromium()]);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

test(
  "the playground runs a query in a browser and asks no other host for anything",
  { timeout: 90_000 },
  async () => {
    const page = await browser.newPage();
    const elsewhere: string[] = [];
    const faults: string[] = [];
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (!["data:", "blob:"].includes(protocol) && origin !== api.url) elsewhere.push(request.url());
    });
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(`${api.url}/playground`);
    const editor = page
      .locator(".graphiql-query-editor .monaco-editor, .graphiql-query-editor .CodeMirror")
      .first();
    await editor.waitFor({ timeout: 60_000 });
    await editor.click();
    await page.keyboard.press("Control+A");
    // The editor closes the brace.
    await page.keyboard.type("{ __typename");
    await page.keyboard.press("Control+Enter");
    await page.locator(".result-window", { hasText: '"__typename": "Query"' }).waitFor({ timeout: 30_000 });
    expect(elsewhere).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  },
);
