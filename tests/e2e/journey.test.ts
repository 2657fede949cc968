import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../support/chromium.js";
import { startProduct, type RunningProduct } from "../support/product.js";

const LEADS = 500;
const NAMES = ["Zoë", "José", "Åse", "Łukasz", "Ana"];

let product: RunningProduct;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  product = await startProduct();
  browser = await launchChromium();
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  expect(await product?.stop()).toBe(0);
}, 40_000);

/** A header, 500 people with quoted commas, doubled quotes and accents, and one row that breaks a rule. */
function contacts(): string {
  const rows = Array.from(
    { length: LEADS },
    (_, i) => `person${i}@example.com,${NAMES[i % NAMES.length]},"O""Neil, Jr.","Müller, Söhne & Co"`,
  );
  return ["Email,First Name,Last Name,Company", ...rows, "not an address,Bo,,"].join("\r\n");
}

test("a person signs in, imports a file, writes a campaign, launches it, and watches the numbers move", async () => {
  await page.goto(`${product.url}/`);
  await page.getByLabel("E-mail").fill(product.email);
  await page.getByLabel("Password", { exact: true }).fill(product.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();

  await page.goto(`${product.url}/admin/leads/import`);
  const file = { name: "contacts.csv", mimeType: "text/csv", buffer: Buffer.from(contacts()) };
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByLabel("List", { exact: true }).fill("Newsletter");
  await page.getByRole("button", { name: "Start the import" }).click();
  await page.getByRole("heading", { name: "Result" }).waitFor({ timeout: 30_000 });
  const result = await page.locator("main").innerText();
  expect(result).toMatch(/New\s*500/);
  expect(result).toMatch(/Rejected\s*1/);
  await page.getByText("not an address", { exact: false }).first().waitFor();

  await page.goto(`${product.url}/admin/campaigns/new`);
  await page.getByLabel("Campaign name").fill("Spring letter");
  await page.getByLabel("Sender name").fill("Ada");
  await page.getByLabel("Sender address").fill("ada@example.com");
  await page.getByLabel("Newsletter").check();
  await page.getByLabel("Subject").fill("Hello {{ first_name }}");
  await page
    .getByLabel("HTML body")
    .fill("<h1>Dear {{ first_name }} {{ last_name }}</h1><p>of {{ company }}</p>");
  await page.frameLocator("iframe").getByText('O"Neil, Jr.').waitFor();
  await page.getByRole("button", { name: "Launch", exact: true }).click();
  await page.getByRole("button", { name: "Launch to 500 people" }).click();
  await page.waitForURL(/\/admin\/campaigns\/[0-9a-f-]{36}$/);

  // From here on the page is never loaded again: a mark on the window would be gone.
  await page.evaluate(() => Object.assign(globalThis, { loadedOnce: true }));
  const sent = async () =>
    Number(/Sent\s*([\d,]+)/.exec(await page.locator("main").innerText())?.[1]?.replace(",", "") ?? 0);
  const seen = new Set<number>();
  await expect
    .poll(async () => (seen.add(await sent()), [...seen].at(-1)), { timeout: 60_000, interval: 100 })
    .toBe(LEADS);
  expect(seen.size).toBeGreaterThan(2);
  await page.getByText("Completed", { exact: true }).first().waitFor({ timeout: 20_000 });
  await page.getByText("500 sent = 500. Nobody is missing.").waitFor();
  expect(await page.evaluate(() => "loadedOnce" in globalThis)).toBe(true);
}, 180_000);

test("the catcher holds 500 mails, each rendered for its lead, each exactly once", async () => {
  const answer = await fetch(`${product.catcherUrl}/messages?limit=1000`);
  const { total, messages } = (await answer.json()) as {
    total: number;
    messages: { id: string; to: string[]; subject: string }[];
  };
  expect(total).toBe(LEADS);
  const addresses = messages.map((message) => message.to.join());
  expect(new Set(addresses).size).toBe(LEADS);
  for (const { to, subject } of messages) {
    const n = Number(/^person(\d+)@/.exec(to[0]!)![1]);
    expect(subject).toBe(`Hello ${NAMES[n % NAMES.length]}`);
  }
  const one = (await (await fetch(`${product.catcherUrl}/messages/${messages[0]!.id}`)).json()) as {
    html: string;
    text: string;
  };
  expect(one.html).toContain("of Müller, Söhne &amp; Co");
  expect(one.html).toContain("O&#34;Neil, Jr.");
  expect(one.text).toContain("of Müller, Söhne & Co");
});

test("the pages raised no error in the browser", () => {
  expect(complaints).toEqual([]);
});
