import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessFaults } from "../support/axe.js";
import { openConsole } from "../support/console-page.js";
import { startProduct, type RunningProduct } from "../support/product.js";
import { startScriptedSmtp, type ScriptedSmtp } from "../support/scripted-smtp.js";

const REFUSAL = "550 5.1.1 nobody of that name";

let product: RunningProduct;
let browser: Browser;
let page: Page;
let mailServer: ScriptedSmtp;
let isRefusing = true;
let complaints: readonly string[];

beforeAll(async () => {
  mailServer = await startScriptedSmtp((moment) => (moment === "RCPT" && isRefusing ? REFUSAL : undefined));
  product = await startProduct({ SMTP_URL: mailServer.url });
  ({ browser, page, complaints } = await openConsole(product, 1440));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  expect(await product?.stop()).toBe(0);
  await mailServer?.stop();
}, 40_000);

const region = (name: string) => page.getByRole("region", { name, exact: true });
const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
// A tab may have a count behind its name.
const tab = (name: string) => page.getByRole("tab", { name: new RegExp(`^${name}`) });
const heading = (name: string | RegExp) => page.getByRole("heading", { name });

/** Of the page at rest: rows are dimmed while others are loaded. */
async function expectNoFaults(where: string) {
  await page.locator('[aria-busy="true"]').waitFor({ state: "detached" });
  expect(await accessFaults(page), where).toEqual([]);
}

async function askForNewPassword() {
  const query = `mutation ($email: String!) { requestPasswordReset(email: $email) { __typename } }`;
  const answer = await fetch(`${product.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { email: product.email } }),
  });
  expect(await answer.json()).toEqual({
    data: { requestPasswordReset: { __typename: "RequestPasswordResetSuccess" } },
  });
}

test("by two keys the page is there: three queues, what they do, and every job", async () => {
  await page.keyboard.type("gj");
  await page.getByRole("heading", { name: "Background jobs", level: 1 }).waitFor();
  for (const queue of ["Emails", "Campaigns", "Analytics"]) await region(queue).waitFor();
  await region("Emails").getByText("0 of 10 places busy").waitFor();
  await expectNoFaults("queues and jobs");
}, 60_000);

test("a job that fails for good appears by itself, grouped by what went wrong, and says why on its page", async () => {
  await askForNewPassword();
  await region("Emails").getByText("Retry all 1 failed").waitFor({ timeout: 40_000 });
  await tab("Failures").click();
  const groups = page.getByRole("list", { name: "Failed jobs by message" });
  const group = groups.getByRole("listitem").filter({ hasText: "nobody of that name" });
  await group.getByText("emails.sendTransactional").waitFor();
  await expectNoFaults("failures");
  await group.getByRole("link").click();
  await page.getByRole("link", { name: "emails.sendTransactional" }).click();
  await region("What happened").getByText(REFUSAL).waitFor();
  await region("What happened").getByText("Attempt 1: failed for good").waitFor();
  await expectNoFaults("a job");
}, 90_000);

test("retried when its cause is gone, it is done while one looks, and the mail is there once", async () => {
  isRefusing = false;
  await button("Retry").click();
  await heading(/^emails\.sendTransactional Done$/).waitFor();
  await region("What happened").getByText("Retried", { exact: true }).waitFor();
  expect(mailServer.bodies).toHaveLength(1);
  expect(mailServer.bodies[0]).toContain("To: admin@postwatch.local");
}, 60_000);

test("a paused queue takes nothing until it is resumed; the pause says whose it is", async () => {
  await page.getByRole("link", { name: "Background jobs" }).first().click();
  await button("Pause Emails").click();
  await region("Emails")
    .getByText(/by .*\. Nothing is taken from it\./)
    .waitFor();
  await askForNewPassword();
  await region("Emails").getByRole("button", { name: "Waiting 1 in Emails: show them" }).waitFor();
  await page.waitForTimeout(3_000);
  expect(mailServer.bodies).toHaveLength(1);
  await expectNoFaults("a paused queue");
  await button("Resume Emails").click();
  await region("Emails").getByRole("button", { name: "Waiting 0 in Emails: show them" }).waitFor();
  await expect.poll(() => mailServer.bodies.length, { timeout: 20_000 }).toBe(2);
}, 90_000);

test("a schedule runs now, is paused and resumed, and leads to its job", async () => {
  await tab("Schedules").click();
  const schedule = page.getByRole("listitem").filter({ hasText: "campaigns.sweepUploads" });
  await schedule.getByText("Every 15 minutes").waitFor();
  await expectNoFaults("schedules");
  await schedule.getByRole("button", { name: /^Run now/ }).click();
  await button("Show").click();
  await heading(/^campaigns\.sweepUploads Done$/).waitFor();
  await region("What happened").getByText(/^by /).first().waitFor();
}, 60_000);

test("types say what they do and how often they try; the worker says what it is and how it is", async () => {
  await page.goto(`${product.url}/admin/jobs?tab=types`);
  await page.getByText("emails.sendTransactional").first().waitFor();
  await expectNoFaults("types");
  await tab("Workers").click();
  const worker = page.getByRole("article", { name: /^Worker / });
  await worker.getByText("Alive").waitFor();
  expect(await worker.count()).toBe(1);
  await expectNoFaults("workers");
}, 60_000);

test("the page raised no error in the browser", () => {
  expect(complaints).toEqual([]);
});
