import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessFaults } from "../support/axe.js";
import { openConsole } from "../support/console-page.js";
import { startProduct, type RunningProduct } from "../support/product.js";

const SIGN_IN = `mutation ($email: String!, $password: String!) {
  signIn(email: $email, password: $password) { ... on SignInSuccess { accessToken } } }`;
const CREATE_TEAM = `mutation { createTeam(input: { name: "Northern Region" }) { __typename } }`;

let product: RunningProduct;
let browser: Browser;
let page: Page;
let complaints: readonly string[];
let token: string | undefined;

beforeAll(async () => {
  product = await startProduct();
  ({ browser, page, complaints } = await openConsole(product, 1440));
  const { signIn } = await ask<{ signIn: { accessToken: string } }>(SIGN_IN, {
    email: product.email,
    password: product.password,
  });
  token = signIn.accessToken;
}, 120_000);

afterAll(async () => {
  await browser?.close();
  expect(await product?.stop()).toBe(0);
}, 40_000);

/** Somebody's program, beside the console. */
async function ask<T>(query: string, variables: object = {}): Promise<T> {
  const answer = await fetch(`${product.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return ((await answer.json()) as { data: T }).data;
}

const entries = () => page.getByRole("table", { name: "Audit log" });
const created = () => entries().getByRole("link", { name: /Northern Region/ });
const sheet = () => page.getByRole("dialog");

/** Of the page at rest: rows are dimmed while others are loaded. */
async function expectNoFaults(where: string) {
  await page.locator('[aria-busy="true"]').waitFor({ state: "detached" });
  expect(await accessFaults(page), where).toEqual([]);
}

test("what a program does stands on the open page within two seconds", async () => {
  await page.goto(`${product.url}/admin/audit`);
  await page.getByText(/· live$/).waitFor();
  await entries().getByRole("link").first().waitFor();
  expect(await created().count()).toBe(0);
  expect(await ask(CREATE_TEAM)).toEqual({ createTeam: { __typename: "CreateTeamSuccess" } });
  await created().waitFor({ timeout: 2_000 });
  expect(await created().count()).toBe(1);
  await expectNoFaults("the list");
}, 60_000);

test("by Enter an entry says everything of itself; Escape leads back to its row", async () => {
  await created().press("Enter");
  await sheet().getByText("team.created", { exact: true }).first().waitFor();
  await sheet().getByText("Success", { exact: true }).first().waitFor();
  await expectNoFaults("an entry");
  await page.keyboard.press("Escape");
  await sheet().waitFor({ state: "detached" });
  expect(await created().evaluate((row) => row === row.ownerDocument.activeElement)).toBe(true);
}, 60_000);

test("by one key the whole record is verified, and is intact", async () => {
  await page.keyboard.press("v");
  await sheet().getByText("Intact", { exact: true }).waitFor();
  await sheet()
    .getByText(/ are as they were written\.$/)
    .waitFor();
  await expectNoFaults("the proof");
  await page.keyboard.press("Escape");
}, 60_000);

test("a stream out is made, tells its secret once, delivers what there is, and is deleted; the page raised no error", async () => {
  const received: string[] = [];
  const receiver = createServer((request, response) => {
    received.push(String(request.headers["webhook-signature"]));
    request.resume();
    response.end();
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const { port } = receiver.address() as AddressInfo;
  await page.getByRole("main").getByRole("link", { name: "Settings" }).click();
  await page.getByText("Entries are sent nowhere").waitFor();
  await expectNoFaults("the settings");
  await page.getByRole("button", { name: "New stream" }).press("Enter");
  await sheet().getByLabel("Begins with").selectOption("past");
  await sheet().getByLabel("Address").fill(`http://127.0.0.1:${port}/audit?token=of-mine`);
  await page.keyboard.press("Enter");
  await sheet()
    .getByText(/^whsec_/)
    .waitFor();
  await expectNoFaults("the secret");
  await page.keyboard.press("Escape");
  const stream = page.getByRole("button", { name: `http://127.0.0.1:${port}/audit?…` });
  await page.getByRole("row").filter({ has: stream }).getByText("Up to date").waitFor();
  expect(received[0]).toMatch(/^v1,/);
  await stream.press("Enter");
  await sheet()
    .getByText(/^up to number \d+$/)
    .waitFor();
  await expectNoFaults("a stream");
  await sheet().getByRole("button", { name: "Delete" }).press("Enter");
  await page.getByRole("button", { name: "Delete stream" }).press("Enter");
  await page.getByText("Entries are sent nowhere").waitFor();
  await new Promise((resolve) => receiver.close(resolve));
  expect(complaints).toEqual([]);
}, 60_000);
