import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type MailCatcher, startMailCatcher } from "../../platform/mail-catcher/mail-catcher.js";
import { launchChromium } from "../support/chromium.js";

let browser: Browser;
let directory: string;
let catcher: MailCatcher;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pw-catcher-page-"));
  catcher = await startMailCatcher({ directory });
  page = await browser.newPage();
  complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
});
afterEach(async () => {
  await page.close();
  await catcher.stop();
  await rm(directory, { recursive: true, force: true });
});

async function send(subject: string, extra: object = {}): Promise<void> {
  const mail = { from: "Ada <ada@example.org>", to: "bob@example.net", subject, text: "Plain words" };
  await createTransport(catcher.smtpUrl).sendMail({ ...mail, ...extra });
}

const subjects = () => page.locator(".row .subject").allTextContents();

test("a mail shows up while the page is open, and is read in all its views", async () => {
  await page.goto(catcher.webUrl);
  await page.getByText("No mail yet").waitFor();
  await send("Spring", { html: "<h1>Hello Bob</h1>", headers: { "X-Campaign": "spring" } });
  await page.locator(".row").click();
  await page.frameLocator("iframe").getByRole("heading", { name: "Hello Bob" }).waitFor();
  await page.getByRole("tab", { name: "Text" }).click();
  expect((await page.locator("#panel").textContent())?.trim()).toBe("Plain words");
  await page.getByRole("tab", { name: "Headers" }).click();
  await page.getByRole("row", { name: "x-campaign spring" }).waitFor();
  await page.getByRole("tab", { name: "Source" }).click();
  await page.getByText("X-Campaign: spring").waitFor();
  expect(complaints).toEqual([]);
});

test("a hostile mail runs nothing and fetches nothing from other machines", async () => {
  const answered: string[] = [];
  const refused: (string | undefined)[] = [];
  page.on("response", (response) => answered.push(new URL(response.url()).host));
  page.on("requestfailed", (request) => refused.push(`${request.url()} ${request.failure()?.errorText}`));
  await send("<img src=x onerror=alert(1)>", {
    html: `<p>hostile</p><script>top.document.title = "owned"</script><img src="http://tracker.example/x.png" onerror="top.document.title='owned'">`,
  });
  await page.goto(`${catcher.webUrl}/#1`);
  await page.frameLocator("iframe").getByText("hostile").waitFor();
  expect(await page.locator("#subject").textContent()).toBe("<img src=x onerror=alert(1)>");
  expect(await page.title()).not.toContain("owned");
  expect([...new Set(answered.filter(Boolean))]).toEqual([new URL(catcher.webUrl).host]);
  expect(refused).toEqual(["http://tracker.example/x.png csp"]);
});

test("the search narrows the list; deleting asks first and empties it", async () => {
  for (const subject of ["Spring", "Winter"]) await send(subject);
  await page.goto(catcher.webUrl);
  await page.locator(".row").first().waitFor();
  await page.getByLabel("Search").fill("wint");
  await page.getByText("1 mail found").waitFor();
  expect(await subjects()).toEqual(["Winter"]);
  await page.getByLabel("Search").fill("");
  await page.getByText("2 mails").waitFor();
  await page.getByRole("button", { name: "Delete all" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(catcher.store.count).toBe(2);
  await page.getByRole("button", { name: "Delete all" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete all" }).click();
  await page.getByText("No mail yet").waitFor();
  expect(catcher.store.count).toBe(0);
});

test("axe finds nothing to fault, in light and in dark", async () => {
  await send("Spring", { html: "<h1>Hello</h1>" });
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({ colorScheme, bypassCSP: true });
    const own = await context.newPage();
    await own.goto(`${catcher.webUrl}/#1`);
    await own.locator("#subject").waitFor();
    await own.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
    const faults = await own.evaluate(
      "axe.run(document, { iframes: false }).then((result) => result.violations.map((violation) => violation.id))",
    );
    expect(faults, colorScheme).toEqual([]);
    await context.close();
  }
});
