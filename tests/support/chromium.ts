import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const INSTALLED = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

/** Headless, as root too, and without a word to the outside. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * A Chromium: CHROMIUM_PATH, one that is installed, playwright's own, or the one that npm brings (linux x64).
 * @throws Error naming the ways when there is none: a test that cannot run has not passed.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath =
    process.env.CHROMIUM_PATH ??
    [...INSTALLED, chromium.executablePath()].find((path) => existsSync(path)) ??
    (await unpacked());
  return chromium.launch({ executablePath, headless: true, args: ARGUMENTS });
}

async function unpacked(): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("No Chromium. Install one, or set CHROMIUM_PATH.");
  // It unpacks to a fixed name under TMPDIR and takes what lies there, of whatever version; and only where it believes
  // to be on Lambda does it bring the libraries that a bare system lacks.
  process.env.TMPDIR = await mkdtemp(join(tmpdir(), "postwatch-chromium-"));
  process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs20.x";
  const { default: bundled } = await import("@sparticuz/chromium");
  return bundled.executablePath();
}
