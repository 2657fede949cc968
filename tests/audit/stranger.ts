import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { judge } from "./proof-support.js";

/** A verifier that knows nothing of ours but docs/audit-format.md. */
export const VERIFIER = fileURLToPath(new URL("verifier.py", import.meta.url));
export const isStrangerThere = spawnSync("python3", ["--version"]).status === 0;
if (!isStrangerThere)
  console.warn("python3 is not on this machine: the independent verifier is not run (.ci/run installs it)");

export interface Place {
  readonly seal: number | null;
  readonly seq: number | null;
}

/** The stranger's first fault. */
export function theirs(bundle: readonly string[]): Place | null {
  const directory = mkdtempSync(join(tmpdir(), "postwatch-bundle-"));
  const file = join(directory, "bundle.jsonl");
  try {
    writeFileSync(file, bundle.join(""));
    const run = spawnSync("python3", [VERIFIER, file], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    const said = JSON.parse(run.stdout) as Place & { intact: boolean };
    expect(run.status).toBe(said.intact ? 0 : 1);
    return said.intact ? null : { seal: said.seal, seq: said.seq };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Our first fault; a fault of a seal is told by its number alone. */
export function ours(bundle: readonly string[]): Place | null {
  const [fault] = judge(bundle).faults;
  if (!fault) return null;
  return { seal: fault.seal, seq: /^(entry|revealed)/.test(fault.kind) ? fault.seq : null };
}
