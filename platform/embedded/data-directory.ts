import { createHash, randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isRunning, startMark } from "./processes.js";

/** Made at the first start and kept; whoever has them can forge sessions. */
export interface Secrets {
  readonly jwtSecret: string;
}

export interface DataDirectory {
  readonly path: string;
  /** Lets another process start on the directory. */
  release(): Promise<void>;
}

/** Somebody else works on the directory; the message names the process and what to do. */
export class DataDirectoryTaken extends Error {
  constructor(
    readonly path: string,
    readonly pid: number,
  ) {
    super(
      `Postwatch already runs on ${path} (pid ${pid}). Stop that one first, or set POSTWATCH_HOME to another directory.`,
    );
    this.name = "DataDirectoryTaken";
  }
}

interface Owner {
  readonly pid: number;
  /** Tells the owner from a later process with the same id; null where that cannot be told. */
  readonly startMark: string | null;
}

/**
 * Takes the directory for this process, makes it when missing (mode 0700). The lock of a process that was killed is
 * taken over.
 * @throws DataDirectoryTaken
 */
export async function takeDataDirectory(path: string): Promise<DataDirectory> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const lock = join(path, "lock");
  const draft = join(path, `lock.${process.pid}.${randomBytes(4).toString("hex")}`);
  const self: Owner = { pid: process.pid, startMark: startMark(process.pid) };
  // The token makes every lock one of its kind, also two of the same process.
  const token = randomBytes(8).toString("hex");
  await writeFile(draft, JSON.stringify({ ...self, token }), { mode: 0o600 });
  try {
    // A link appears whole or not at all, and only where there is none: of two starts one wins.
    while (!(await linkIfFree(draft, lock))) await removeStale(path, lock, draft);
  } finally {
    await rm(draft, { force: true });
  }
  return { path, release: () => rm(lock, { force: true }) };
}

async function linkIfFree(draft: string, lock: string): Promise<boolean> {
  try {
    await link(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Takes the lock of a dead process away. Whoever does so first takes a marker that is named after that very lock: of
 * many who have seen it only one removes it, and nobody removes the lock of a faster start by mistake.
 */
async function removeStale(path: string, lock: string, draft: string): Promise<void> {
  const seen = await readFile(lock, "utf8").catch(() => null);
  if (seen === null) return; // released just now
  const owner = ownerOf(seen);
  if (isAlive(owner)) throw new DataDirectoryTaken(path, owner.pid);
  const marker = `${lock}.taking.${createHash("sha256").update(seen).digest("hex").slice(0, 16)}`;
  if (!(await linkIfFree(draft, marker))) return waitForTaker(marker);
  try {
    if ((await readFile(lock, "utf8").catch(() => null)) === seen) await unlink(lock);
  } finally {
    await rm(marker, { force: true });
  }
}

/** A taker needs a moment; one that died at it is cleared away. */
async function waitForTaker(marker: string): Promise<void> {
  const text = await readFile(marker, "utf8").catch(() => null);
  if (text !== null && !isAlive(ownerOf(text))) await rm(marker, { force: true });
  await setTimeout(5);
}

function ownerOf(text: string): Owner {
  try {
    const owner = JSON.parse(text) as Partial<Owner>;
    return { pid: Number(owner.pid) || 0, startMark: owner.startMark ?? null };
  } catch {
    return { pid: 0, startMark: null }; // unreadable: nobody we could wait for
  }
}

function isAlive(owner: Owner): boolean {
  if (!owner.pid || !isRunning(owner.pid)) return false;
  return owner.startMark === null || owner.startMark === startMark(owner.pid);
}

/**
 * The secrets of this directory, made at the first call (mode 0600).
 * @throws Error when the file is there but cannot be understood: making new ones would end all sessions silently.
 */
export async function ensureSecrets(path: string): Promise<Secrets> {
  const file = join(path, "secrets.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) {
    const secrets: Secrets = { jwtSecret: randomBytes(48).toString("base64url") };
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, file);
    return secrets;
  }
  const secrets = parseSecrets(text);
  if (!secrets)
    throw new Error(
      `${file} holds no "jwtSecret" of 32 characters or more. Restore the file; or remove it, which signs everybody out.`,
    );
  return secrets;
}

function parseSecrets(text: string): Secrets | null {
  try {
    const { jwtSecret } = JSON.parse(text) as Partial<Secrets>;
    return typeof jwtSecret === "string" && jwtSecret.length >= 32 ? { jwtSecret } : null;
  } catch {
    return null;
  }
}
