import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import { startApi, type Api } from "../support/api.js";
import { anchorOf, seal, tamper, TEST_KEY } from "./proof-support.js";

let api: Api;
const directory = mkdtempSync(join(tmpdir(), "postwatch-anchors-"));
const anchorFile = join(directory, "anchors.jsonl");
beforeAll(async () => {
  api = await startApi({ environment: { AUDIT_ANCHOR_FILE: anchorFile } });
});
afterAll(async () => {
  await api.close();
  rmSync(directory, { recursive: true });
});

const VERIFY = `query Verify($from: DateTime, $to: DateTime) { auditVerify(from: $from, to: $to) {
  isIntact checkedAt tookMs entries seals firstSeq lastSeq unsealed faults { kind seq seal message }
  anchoredSeq anchoredAt keyIds purged { month firstSeq lastSeq at policy } } }`;

const note = () =>
  api.people.ADMIN.op.record("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
const anchor = async () => {
  const { type: _, ...line } = await anchorOf(api.db, api.tenantId);
  appendFileSync(anchorFile, `{"half a li\n${JSON.stringify(line)}\n`);
  return line;
};

test("an administrator checks the organisation's record, and is told what is wrong with it", async () => {
  const admin = await api.as("ADMIN");
  await note();
  await note();
  await seal(api.db);
  const anchored = await anchor();
  await note();
  const intact = await admin.ask<{ auditVerify: Record<string, unknown> }>(VERIFY);
  expect(intact.data?.auditVerify).toEqual({
    isIntact: true,
    checkedAt: expect.stringMatching(/^20.*Z$/) as string,
    tookMs: expect.any(Number) as number,
    entries: 2,
    seals: 1,
    firstSeq: 1,
    lastSeq: 2,
    unsealed: 1,
    faults: [],
    anchoredSeq: 2,
    anchoredAt: anchored.at,
    keyIds: [TEST_KEY.keyId],
    purged: [],
  });
  await seal(api.db);
  await tamper(api.db, [
    "update event set outcome = 'DENIED' where id = (select event_id from event_leaf where chain_id = $1 and seq = 2)",
    [api.tenantId],
  ]);
  const broken = await admin.ask<{ auditVerify: Record<string, unknown> }>(VERIFY);
  expect(broken.data?.auditVerify).toMatchObject({
    isIntact: false,
    entries: 3,
    faults: [{ kind: "entry-changed", seq: 2, seal: 1, message: "seq 2: the entry is not what was sealed." }],
  });
  const later = await admin.ask(VERIFY, { from: "2999-01-01T00:00:00Z" });
  expect(later.data?.auditVerify).toMatchObject({ isIntact: true, entries: 0, firstSeq: null });
  const backward = await admin.ask(VERIFY, { from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z" });
  expect(backward.errors[0]).toMatchObject({
    message: "to must not be before from.",
    extensions: { code: "BAD_USER_INPUT" },
  });
});

test("one check runs at a time; who asks for the same gets the same", async () => {
  const admin = await api.as("ADMIN");
  const span = { from: "2020-01-01T00:00:00Z" };
  const answers = await Promise.all([admin.ask(VERIFY, span), admin.ask(VERIFY, span), admin.ask(VERIFY)]);
  const refused = answers.filter(({ errors }) => errors.length > 0);
  for (const { errors } of refused)
    expect(errors[0]).toMatchObject({
      message: "Another check of the record is running. Ask again when it is done.",
      extensions: { code: "UNAVAILABLE" },
    });
  expect(refused.length).toBeLessThanOrEqual(2);
  expect((await admin.ask(VERIFY)).errors).toEqual([]);
});

test("nobody else may", async () => {
  for (const role of ["MANAGER", "USER"] as const) {
    const { errors, data } = await (await api.as(role)).ask(VERIFY);
    expect(errors[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
    expect(data).toBeNull();
  }
});
