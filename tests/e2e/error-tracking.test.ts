import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { VERSION } from "../../platform/version.js";
import { launchChromium } from "../support/chromium.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { startEnvelopeSink, type EnvelopeSink } from "../support/envelope-sink.js";
import { eventually } from "../support/eventually.js";
import { PLANTED } from "../support/planted-secrets.js";
import { launchRole, untilReady, type RoleProcess } from "../support/role-process.js";

const EMAIL = "first@example.com";
const PASSWORD = "correct horse battery";

let db: TestDatabase;
let sink: EnvelopeSink;
let server: RoleProcess;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  [db, sink] = await Promise.all([freshDatabase(), startEnvelopeSink()]);
  server = await launchRole("server", db.url, {
    SENTRY_DSN: sink.dsn,
    SENTRY_TRACES_SAMPLE_RATE: "1",
    POSTWATCH_ADMIN_EMAIL: EMAIL,
    POSTWATCH_ADMIN_PASSWORD: PASSWORD,
  });
  [, browser] = await Promise.all([untilReady(server), launchChromium()]);
  page = await (await browser.newContext()).newPage();
  await page.goto(`${server.url}/admin/`);
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
}, 120_000);
beforeEach(() => sink.empty());
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await db.close();
  await sink.stop();
}, 40_000);

const throwInPage = (texts: readonly string[]) =>
  page.evaluate((messages) => {
    for (const message of messages) setTimeout(() => Promise.reject(new TypeError(message)));
  }, texts as string[]);
const ofConsole = () => sink.errors().filter(({ tags }) => tags?.["role"] === "console");

test("ET-02 a call of the console and what the server does for it are one trace", async () => {
  await page.reload();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  const traces = await eventually(sink.traces, (all) => all.length > 2);
  for (const { contexts, transaction } of traces.filter(({ transaction }) => transaction?.startsWith("POST")))
    expect(contexts!.trace, transaction).toMatchObject({
      parent_span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
});

test("ET-01 ET-03 an error of the console that nobody caught arrives once, with who, where and the call that failed", async () => {
  const [admin] = await db.sql<{ id: string; tenant: string }>(
    "select u.id, m.tenant_id as tenant from app_user u join membership m on m.user_id = u.id where u.email = $1",
    [EMAIL],
  );
  await db.sql("alter table app_user rename to app_user_away");
  try {
    await page.getByRole("link", { name: "Users" }).first().click();
    await eventually(() => sink.errors().some(({ tags }) => tags?.["role"] === "server"));
    // Before it is mended: asked again, the page would have nothing to say.
    await page.getByText("Internal server error", { exact: false }).first().waitFor();
  } finally {
    await db.sql("alter table app_user_away rename to app_user");
  }
  await throwInPage(["the chart is undefined"]);
  await eventually(() => ofConsole().length > 0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(ofConsole()).toHaveLength(1);
  const [event] = ofConsole();
  expect(event).toMatchObject({
    release: `postwatch@${VERSION}`,
    environment: "development",
    user: { id: admin!.id },
    tags: { role: "console", tenant: admin!.tenant, page: "/admin/users" },
    exception: { values: [{ type: "TypeError", value: "the chart is undefined" }] },
  });
  // The call that failed last, which the server has logged; told, too, unless ten of its kind were in that minute.
  const requestId = event!.tags!["request_id"] as string;
  expect(requestId).toMatch(/^\S{8,}$/);
  await eventually(() => server.output().includes(requestId));
  expect(event!.extra!["audit"]).toBe(`${server.url}/admin/audit?requestId=${requestId}`);
});

test("ET-04 A27 none of forty secrets in errors of the console is in what has left", async () => {
  // One page tells twenty errors at most.
  for (const part of [PLANTED.slice(0, 20), PLANTED.slice(20)]) {
    await page.goto(`${server.url}/admin/overview#token=canary08reset`);
    // The same address again is no new page.
    await page.reload();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    const before = ofConsole().length;
    await throwInPage(part.map(({ text }) => text));
    await eventually(() => ofConsole().length === before + part.length);
  }
  const all = sink.envelopes.join("\n");
  expect(PLANTED.filter(({ secret }) => all.includes(secret)).map(({ what }) => what)).toEqual([]);
  expect(all).not.toContain(EMAIL);
});
