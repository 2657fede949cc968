import { open } from "node:fs/promises";
import type { Id } from "#domain/ids.js";
import { parseAnchor } from "#domain/audit/verify/parse-line.js";
import type { AnchorRecord } from "#domain/audit/verify/records.js";

/**
 * What the file has of a chain, line by line; nothing where there is no such file. A line that a crash has left half written
 * is passed over.
 */
export async function* readAnchors(path: string, chain: Id): AsyncGenerator<AnchorRecord> {
  for await (const line of linesOf(path)) {
    // Most are of other chains, and need not be understood.
    const anchor = line.includes(chain) ? parseAnchor(line) : null;
    if (anchor?.chain === chain) yield anchor;
  }
}

/** The chains that the file names. */
export async function anchoredChains(path: string): Promise<Set<Id>> {
  const chains = new Set<Id>();
  for await (const line of linesOf(path)) {
    const chain = parseAnchor(line)?.chain;
    if (chain !== undefined) chains.add(chain);
  }
  return chains;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (file === null) return;
  try {
    yield* file.readLines();
  } finally {
    await file.close();
  }
}
