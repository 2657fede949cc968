import type { Browser, Page } from "playwright-core";
import { launchChromium } from "./chromium.js";
import type { RunningProduct } from "./product.js";

/** The console as a person has it before them. */
export interface ConsolePage {
  readonly browser: Browser;
  readonly page: Page;
  /** Every error that the page raised, and every error line of its console. */
  readonly complaints: readonly string[];
}

/** Signed in as the first administrator, on the overview when it has all it shows. */
export async function openConsole(
  product: Pick<RunningProduct, "url" | "email" | "password">,
  width: number,
): Promise<ConsolePage> {
  const browser = await launchChromium();
  const page = await (await browser.newContext({ viewport: { width, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(`${product.url}/`);
  await page.getByLabel("E-mail").fill(product.email);
  await page.getByLabel("Password", { exact: true }).fill(product.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  await page.getByRole("link", { name: "Look closer" }).waitFor();
  return { browser, page, complaints };
}
