import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeBundle } from "../../bench/audit-verify/write-bundle.js";
import { tell } from "../../domain/audit/verify/tell.js";
import { newId } from "../../domain/ids.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";
import { anchorOf, bundleOf, judge, seal, tamper, TEST_KEY } from "./proof-support.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "postwatch-programs-"));
const anchorFile = join(directory, "anchors.jsonl");
let db: TestDatabase;
let chain: string;
beforeAll(async () => {
  db = await freshDatabase();
  const { op, tenantId } = await makeUser(db.database);
  chain = tenantId;
  for (let at = 0; at < 3; at += 1)
    await op.record("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
  await seal(db);
  writeFileSync(anchorFile, `${JSON.stringify(await anchorOf(db, chain))}\n`);
}, 60_000);
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await db.close();
});

const run = (args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv; cwd?: string }) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    cwd: ROOT,
    ...options,
  });
  return { status, stdout, stderr };
};

test("postwatch-verify needs nothing but node: one file beside a bundle, or at the end of a pipe", async () => {
  expect(run(["scripts/bundle-verifier.mjs"], {}).stderr).toBe("");
  const program = join(directory, "postwatch-verify.mjs");
  copyFileSync(join(ROOT, "dist/postwatch-verify.mjs"), program);
  const verify = (args: readonly string[], input?: string) =>
    run([program, ...args], { input, cwd: directory, env: {} });
  const bundle = (await bundleOf(db, chain)).join("");
  const file = join(directory, "bundle.jsonl");
  writeFileSync(file, bundle);
  const intact = verify([file]);
  expect(intact).toMatchObject({ status: 0, stderr: "" });
  expect(intact.stdout.split("\n").slice(1)).toEqual([
    "intact: 3 entries under 1 seal, seq 1 to 3",
    `sealed by ${TEST_KEY.keyId}`,
    "known outside: nothing, no anchor was at hand",
    "",
  ]);
  expect(verify(["-"], bundle)).toEqual(intact);
  expect(verify(["--key", TEST_KEY.keyId, file])).toEqual(intact);
  expect(verify(["--key", "0".repeat(16), file])).toMatchObject({
    status: 1,
    stdout: expect.stringContaining(
      `- seal 1 is signed with the key ${TEST_KEY.keyId}, which is endorsed by no key`,
    ) as string,
  });
  expect(verify(["-"], bundle.replace('"outcome":"SUCCESS"', '"outcome":"DENIED"'))).toMatchObject({
    status: 1,
    stdout: expect.stringContaining("NOT INTACT: 3 entries under 1 seal, seq 1 to 3") as string,
  });
  expect(verify(["-"], "no bundle\n")).toEqual({
    status: 2,
    stdout: "",
    stderr: "postwatch-verify: Line 1 is no JSON.\n",
  });
  expect(verify([join(directory, "nowhere")]).status).toBe(2);
  expect(verify([]).stderr).toContain("Usage: postwatch-verify");
}, 60_000);

test("npx finds both programs before anything is built, and says what comes first", () => {
  const { bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    bin: Record<string, string>;
  };
  expect(Object.keys(bin)).toEqual(["postwatch", "postwatch-verify"]);
  cpSync(join(ROOT, "scripts/bin"), join(directory, "fresh/scripts/bin"), { recursive: true });
  for (const [name, path] of Object.entries(bin)) {
    expect(statSync(join(ROOT, path)).mode & 0o111, path).toBe(0o111);
    expect(run([join(directory, "fresh", path)], {})).toEqual({
      status: 2,
      stdout: "",
      stderr: `${name}: nothing is built yet: npm run build in ${join(directory, "fresh")}/ comes first.\n`,
    });
  }
  const built = run([join(ROOT, bin["postwatch-verify"]!), "--help"], {});
  expect(built).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("Usage: postwatch-verify") as string,
  });
});

test("a bundle that is long enough for several threads has the verdict of one, in the order of its lines", async () => {
  const file = join(directory, "long.jsonl");
  await writeBundle(file, 9_000);
  const verify = () => run(["dist/postwatch-verify.mjs", file], {});
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.join("\n").length).toBeGreaterThan(11 << 20);
  expect(verify()).toMatchObject({ status: 0, stderr: "" });

  const lineOf = (seq: number) => lines.findIndex((line) => line.startsWith(`{"type":"entry","seq":${seq},`));
  for (const [seq, from, to] of [
    [100, '"outcome":"SUCCESS"', '"outcome":"DENIED"'],
    [5_500, '"value":"somebody', '"value":"nobody'],
    [7_001, '"type":"entry"', '"type":"Entry"'],
    [8_999, '"seq":8999', '"seq":8998'],
  ] as const)
    lines[lineOf(seq)] = lines[lineOf(seq)]!.replace(from, to);
  lines.splice(lineOf(6_123), 1);
  writeFileSync(file, lines.join("\n"));
  const verdict = judge(lines);
  expect(verdict.faults.map(({ kind, seq }) => [kind, seq])).toEqual([
    ["entry-changed", 100],
    ["revealed", 5_500],
    ["bundle", null],
    ["entry-missing", 6_123],
    ["entry-missing", 7_001],
    ["entry-repeated", 8_998],
    ["entry-missing", 8_999],
    ["bundle", null],
  ]);
  const broken = verify();
  expect(broken).toMatchObject({ status: 1, stderr: "" });
  expect(broken.stdout.trimEnd().split("\n").slice(1)).toEqual(tell(verdict));
}, 60_000);

test("postwatch audit verify checks all chains of the database, and says which is not what it was", async () => {
  const env = { PATH: process.env.PATH, DATABASE_URL: db.url, AUDIT_ANCHOR_FILE: anchorFile };
  const verify = () =>
    run(["--conditions=source", "--import", "tsx", "scripts/cli.ts", "audit", "verify"], { env });
  const intact = verify();
  expect(intact).toMatchObject({ status: 0, stderr: "" });
  expect(intact.stdout).toContain(`(${chain})\n  intact: 3 entries under 1 seal, seq 1 to 3\n`);
  expect(intact.stdout).toContain("known outside up to seq 3");
  expect(intact.stdout.trimEnd().split("\n").at(-1)).toBe("The record is intact.");
  await tamper(
    db,
    ["delete from event where tenant_id = $1", [chain]],
    ["delete from event_leaf where chain_id = $1", [chain]],
    ["delete from audit_seal where chain_id = $1", [chain]],
  );
  const cut = verify();
  expect(cut.status).toBe(1);
  expect(cut.stdout).toContain("- The end is cut: seal 1 (seq 1 to 3) is missing;");
  expect(cut.stdout.trimEnd().split("\n").at(-1)).toBe("The record is NOT intact.");
}, 120_000);
