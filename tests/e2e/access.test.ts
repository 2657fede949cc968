import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessFaults } from "../support/axe.js";
import { linkInMail } from "../support/caught-mail.js";
import { launchChromium } from "../support/chromium.js";
import { startProduct, type RunningProduct } from "../support/product.js";

const KEN = "ken@example.com";
const FIRST_PASSWORD = "seven quiet otters 41";
const SECOND_PASSWORD = "eight loud herons 52";

let product: RunningProduct;
let browser: Browser;
let admin: Page;
let ken: Page;
const complaints: string[] = [];

async function openBrowser(name: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => complaints.push(`${name}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${name}: ${message.text()} ${message.location().url}`);
  });
  return page;
}

beforeAll(async () => {
  product = await startProduct();
  browser = await launchChromium();
  admin = await openBrowser("admin");
  ken = await openBrowser("ken");
}, 120_000);

afterAll(async () => {
  await browser?.close();
  expect(await product?.stop()).toBe(0);
}, 40_000);

async function signIn(page: Page, email: string, password: string) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
}

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole("heading", { name, level: 1 }).waitFor();
const panel = () => admin.getByRole("dialog");
const isLoadedOnce = (page: Page) => page.evaluate(() => "loadedOnce" in globalThis);
const mark = (page: Page) => page.evaluate(() => Object.assign(globalThis, { loadedOnce: true }));
const expectNoFaults = async (page: Page, where: string) =>
  expect(await accessFaults(page), where).toEqual([]);

/** Opens Ken's panel by keyboard, from wherever the administrator is in the console. */
async function openKensPanel() {
  await admin.keyboard.type("gu");
  await heading(admin, "Users");
  await admin.getByRole("table").getByRole("button", { name: /^ken/i }).press("Enter");
  await panel().getByRole("heading", { name: "Profile" }).waitFor();
}

test("an administrator invites by keyboard; following the link uses nothing up; accepting it signs in", async () => {
  await admin.goto(`${product.url}/`);
  await signIn(admin, product.email, product.password);
  await admin.keyboard.type("gu");
  await heading(admin, "Users");
  await expectNoFaults(admin, "users");
  await admin.getByRole("button", { name: "Invite people" }).press("Enter");
  await admin.getByLabel("Addresses").fill(`Ken Sato <${KEN}>`);
  await expectNoFaults(admin, "inviting");
  await admin.getByRole("button", { name: "Send invitation" }).press("Enter");
  const link = await linkInMail(product.catcherUrl, KEN, /invit/i);
  expect(link.startsWith(`${product.url}/admin/invitation#token=`)).toBe(true);
  await admin.keyboard.press("Escape");

  expect((await fetch(link)).status).toBe(200);
  await ken.goto(link);
  await heading(ken, "Accept your invitation");
  await expectNoFaults(ken, "invitation");
  expect(ken.url(), "the secret is out of the address").toBe(`${product.url}/admin/invitation`);
  await openKensPanel();
  await panel().getByText("The invitation has not been accepted yet.").waitFor();

  await ken.getByLabel("Password", { exact: true }).fill(FIRST_PASSWORD);
  await ken.keyboard.press("Enter");
  await heading(ken, "Overview");
}, 90_000);

test("a closed page says what is missing and whom to ask; a new role reaches the open page by itself", async () => {
  await ken.goto(`${product.url}/admin/settings`);
  await heading(ken, "Settings is not open to you");
  await ken.getByRole("link", { name: "Administrator" }).or(ken.getByText(product.email)).first().waitFor();
  await expectNoFaults(ken, "denied");
  await ken.keyboard.type("gl");
  await heading(ken, "Leads");
  expect(await ken.getByRole("button", { name: "New lead" }).count()).toBe(0);
  await mark(ken);

  await admin.keyboard.press("Escape");
  await openKensPanel();
  await expectNoFaults(admin, "panel");
  await panel()
    .getByRole("radio", { name: /^Manager/ })
    .press("Space");
  await panel()
    .getByText(/This adds \d+ abilities:/)
    .waitFor();
  await panel().getByRole("button", { name: "Change role to Manager" }).press("Enter");
  await ken.getByRole("button", { name: "New lead" }).waitFor();
  expect(await isLoadedOnce(ken)).toBe(true);
}, 90_000);

test("through another's eyes the banner is never covered, buttons say why they are off, and a write is refused", async () => {
  await panel().getByRole("button", { name: "View as Ken Sato" }).press("Enter");
  const banner = admin.getByRole("region", { name: "View as" });
  await banner.getByText("You see Postwatch as Ken Sato, Manager.").waitFor();
  const headers = admin.waitForRequest((each) => "x-view-as" in each.headers());
  await openKensPanel();
  const [above, below] = [await banner.boundingBox(), await panel().boundingBox()];
  expect(below!.y).toBeGreaterThanOrEqual(above!.y + above!.height);
  await expectNoFaults(admin, "viewing as");

  await admin.keyboard.press("Escape");
  await admin
    .getByRole("navigation")
    .getByRole("button", { name: /Ken Sato/ })
    .press("Enter");
  await admin.getByRole("menuitem", { name: "Sign out" }).waitFor();
  await admin.getByRole("menuitem", { name: "Your profile" }).press("Enter");
  await admin.getByLabel("Name", { exact: true }).fill("Somebody else");
  const save = admin.getByRole("button", { name: "Save name" });
  expect(await save.getAttribute("title")).toBe("You are viewing as Ken Sato. Nothing can be changed.");
  const sent = (await headers).headers();
  const answer = await fetch(`${product.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: sent.authorization!,
      "x-view-as": sent["x-view-as"]!,
    },
    body: JSON.stringify({
      query: `mutation { updateProfile(input: { name: "Somebody else" }) { __typename } }`,
    }),
  });
  expect(await answer.json()).toMatchObject({
    errors: [{ extensions: { code: "FORBIDDEN", explain: { scope: "VIEW_AS" } } }],
  });

  await banner.getByRole("button", { name: "Stop viewing" }).press("Enter");
  await panel().getByRole("heading", { name: "Ken Sato" }).waitFor();
}, 90_000);

test("suspending shuts an open page by itself; reactivated, a reset by mail lets in again", async () => {
  await panel().getByRole("button", { name: "Suspend" }).press("Enter");
  await admin.getByRole("button", { name: "Suspend", exact: true }).last().press("Enter");
  // How soon is proved where nothing else runs: tests/access/revocation.test.ts.
  await heading(ken, "Sign in");
  expect(await isLoadedOnce(ken)).toBe(true);
  // What was asked in the moment of the suspension is answered 401, which the browser writes down.
  const others = complaints.filter((text) => !/^ken: .*status of 401/.test(text));
  complaints.splice(0, complaints.length, ...others);
  await panel().getByRole("button", { name: "Reactivate" }).press("Enter");
  await panel().getByRole("button", { name: "Suspend" }).waitFor();

  await ken.getByRole("link", { name: "Forgot your password?" }).press("Enter");
  await ken.getByLabel("E-mail").fill(KEN);
  await ken.keyboard.press("Enter");
  await heading(ken, "Look into your mailbox");
  await ken.goto(await linkInMail(product.catcherUrl, KEN, /password/i));
  await heading(ken, "Choose a new password");
  await expectNoFaults(ken, "reset");
  await ken.getByLabel("New password", { exact: true }).fill(SECOND_PASSWORD);
  await ken.keyboard.press("Enter");
  await ken.getByText("Your password is changed").waitFor();
  await signIn(ken, KEN, SECOND_PASSWORD);
}, 90_000);

test("the pages of people and their rights have no fault that axe finds, in light and in dark", async () => {
  await admin.keyboard.press("Escape");
  await admin.getByRole("tab", { name: "Roles and permissions" }).click();
  await admin.getByRole("grid").waitFor();
  await expectNoFaults(admin, "roles");
  for (const [keys, name] of [
    ["gt", "Teams"],
    ["gs", "Settings"],
  ] as const) {
    await admin.keyboard.type(keys);
    await heading(admin, name);
    await expectNoFaults(admin, name);
  }
  await ken.goto(`${product.url}/admin/profile`);
  await heading(ken, "Your profile");
  await ken.getByText(/of 25 permissions/).waitFor();
  await expectNoFaults(ken, "profile");
}, 90_000);

test("the pages raised no error in the browser", () => {
  expect(complaints).toEqual([]);
});
