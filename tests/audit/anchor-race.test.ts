import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyChain } from "../../domain/audit/verify-chain.js";
import type { Id } from "../../domain/ids.js";
import { readAnchors } from "../../platform/audit-anchor-file.js";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { bundleOf, judge, seal } from "./proof-support.js";

const WORKER = fileURLToPath(new URL("support/anchoring-worker.ts", import.meta.url));
/** Enough for a page of anchors to be more than one page of a disk. */
const CHAINS = 20;
const ROUNDS = 9;

let db: TestDatabase;
let directory: string;
const people: TestUser[] = [];
const posted: string[] = [];
const workers: ChildProcess[] = [];
const receiver = createServer(async (request, response) => {
  posted.push(await text(request));
  response.writeHead(204).end();
});

beforeAll(async () => {
  db = await freshDatabase();
  directory = await mkdtemp(join(tmpdir(), "anchor-race-"));
  for (let at = 0; at < CHAINS; at += 1) people.push(await makeUser(db.database));
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
});
afterAll(async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  receiver.close();
  await db.close();
  await rm(directory, { recursive: true });
});

const said = async (worker: ChildProcess) => ((await once(worker, "message")) as [unknown])[0];
type Line = Readonly<Record<"chain" | "hash" | "keyId" | "signature" | "at", string>> &
  Readonly<Record<"number" | "lastSeq", number>>;

/** What they say of each seal; a line that is half a line throws. */
function sealsIn(lines: string): Map<string, Omit<Line, "at">> {
  expect(lines.endsWith("\n")).toBe(true);
  const seals = new Map<string, Omit<Line, "at">>();
  for (const line of lines.split("\n").filter((each) => each !== "")) {
    const { at: _, ...anchor } = JSON.parse(line) as Line;
    const name = `${anchor.chain} ${anchor.number}`;
    if (seals.has(name)) expect(anchor, name).toEqual(seals.get(name));
    seals.set(name, anchor);
  }
  return seals;
}

test("two workers that anchor at once, while the chains grow, tear no line and say nothing twice in two ways", async () => {
  const file = join(directory, "anchors.jsonl");
  const torn = '{"at":"2026-11';
  await appendFile(file, torn); // of a crash: both may see it
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  for (let at = 0; at < 2; at += 1)
    workers.push(fork(WORKER, [db.url, file, url], { execArgv: ["--conditions=source", "--import", "tsx"] }));
  expect(await Promise.all(workers.map(said))).toEqual(["ready", "ready"]);

  for (const worker of workers) worker.send("go");
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { op } of people.slice(round % 2 === 0 ? 0 : CHAINS / 2))
      await op.record("auth.logout", { targets: [] });
    await seal(db);
  }
  const answers = workers.map(said);
  for (const worker of workers) worker.send("enough");
  const wrote = (await Promise.all(answers)) as number[][];
  await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, "exit")));

  const [first, ...rest] = (await readFile(file, "utf8")).split("\n");
  expect(first).toBe(torn);
  const ofFile = sealsIn(rest.join("\n"));
  const counts = wrote.map((rounds) => rounds.reduce((sum, count) => sum + count, 0));
  expect(Math.min(...counts)).toBeGreaterThan(0);
  expect(rest.filter((line) => line !== "")).toHaveLength(counts[0]! + counts[1]!);
  expect(sealsIn(posted.join(""))).toEqual(ofFile);
  for (const body of posted) sealsIn(body);

  const noted = await db.sql<{ chain: Id; number: number }>(
    "select chain_id as chain, number::int from audit_anchor",
  );
  for (const { tenantId } of people) {
    const newest = Math.max(
      ...[...ofFile.values()].filter(({ chain }) => chain === tenantId).map(({ number }) => number),
    );
    expect(noted.find(({ chain }) => chain === tenantId)).toMatchObject({ number: newest });
    const verdict = await verifyChain(db.database, tenantId, { anchors: readAnchors(file, tenantId) });
    expect(verdict).toMatchObject({ isIntact: true, faults: [], anchoredSeq: verdict.lastSeq });
  }
  const { tenantId } = people[0]!;
  const bundle = await bundleOf(db, tenantId, { anchors: readAnchors(file, tenantId) });
  expect(judge(bundle)).toMatchObject({ isIntact: true, entries: (ROUNDS + 1) / 2, seals: (ROUNDS + 1) / 2 });
}, 90_000);
