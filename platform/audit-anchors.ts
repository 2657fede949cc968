import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

const TIMEOUT_MS = 10_000;
const NEWLINE = "\n".charCodeAt(0);

/**
 * Appends to a file that only its owner reads, and returns when it is on the disk. What a crash has left half written
 * stays a line of its own.
 */
export async function appendLines(path: string, lines: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "a+", 0o600);
  try {
    const { size } = await file.stat();
    const last = Buffer.of(NEWLINE);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    await file.appendFile(last[0] === NEWLINE ? lines : `\n${lines}`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** @throws Error unless the other side takes them within ten seconds; whoever sends us elsewhere does not */
export async function postLines(url: string, lines: string): Promise<void> {
  const { host } = new URL(url);
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: lines,
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => {
    // The address may hold a token: the host alone is told.
    throw new Error(`The anchors did not reach ${host}: ${reasonOf(error)}`);
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`The anchors were not taken: ${host} answered ${response.status}`);
}

const reasonOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : message;
