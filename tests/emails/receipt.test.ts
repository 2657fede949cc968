import { spawnSync } from "node:child_process";
import { createPublicKey, hash, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeReceipt } from "../../domain/audit/verify/receipt.js";
import type { Id } from "../../domain/ids.js";
import { answerOf, startApi, type Api } from "../support/api.js";
import { eventually } from "../support/eventually.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { lanesFor } from "../support/mail-run.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";
import { uncertainCampaign } from "../support/uncertain.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "receipts-"));
let api: Api;
let sink: SmtpSink;
let sent: { id: Id; step: number }[];
beforeAll(async () => {
  [api, sink] = await Promise.all([startApi(), startSmtpSink()]);
  const { campaignId } = await seedCampaign(api.db.database, {
    leads: 1,
    tenantId: api.tenantId,
    steps: [
      {
        html: '<p>Grüße, {{ first_name }}</p><a href="https://example.org/?who={{ email | url_encode }}&out={{ unsubscribe_url | url_encode }}">x</a>',
        text: "Grüße, {{ first_name }} — 10 €",
      },
      { html: "<p>Once more, {{ first_name }}</p>", delayMinutes: 0 },
    ],
  });
  const lanes = lanesFor(api.db, sink.url, { lanes: 1, publicUrl: api.url });
  await sink.waitFor(1);
  await eventually(
    () =>
      api.db.sql(
        "update message set state = 'QUEUED' where campaign_id = $1 and state = 'PLANNED' returning id",
        [campaignId],
      ),
    (rows) => rows.length === 1,
  );
  await sink.waitFor(2);
  sent = await eventually(
    () =>
      api.db.sql<{ id: Id; step: number }>(
        "select id, step_position as step from message where campaign_id = $1 and state = 'SENT' order by step_position",
        [campaignId],
      ),
    (rows) => rows.length === 2,
  );
  await lanes.stop();
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await Promise.all([api.close(), sink.stop()]);
});

interface Answered {
  readonly message: {
    readonly receipt: Record<"document" | "signature" | "keyId" | "publicKey", string> | null;
    readonly mail: {
      readonly source: string | null;
      readonly html: string;
      readonly text: string;
      readonly isAsSent: boolean;
      readonly isLeadChanged: boolean;
      readonly to: string;
    } | null;
  };
}
type Role = "ADMIN" | "MANAGER" | "USER";
/** @param eyes whose eyes they look through */
const ask = async (id: Id, role: Role = "ADMIN", eyes?: Id) => {
  const query = `{ message(id: "${id}") { receipt { document signature keyId publicKey } mail { source html text isAsSent isLeadChanged to } } }`;
  const answer = await (
    await api.as(role)
  ).fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", ...(eyes && { "x-view-as": eyes }) },
    body: JSON.stringify({ query }),
  });
  return (await answerOf<Answered>(answer)).data!.message;
};

test("N1 the mail is made again to the byte, also one that follows in a thread; a lead that was changed since shows", async () => {
  for (const [at, { id }] of sent.entries()) {
    const { mail } = await ask(id);
    expect(mail).toMatchObject({ isAsSent: true, isLeadChanged: false, to: "lead-1@example.org" });
    expect(mail!.source).toBe(sink.accepted[at]!.raw.toString("latin1"));
  }
  expect(sink.accepted[1]!.raw.toString()).toMatch(/^In-Reply-To:\s+</m);
  await api.db.sql("update lead set first_name = 'Other', updated_at = now() where tenant_id = $1", [
    api.tenantId,
  ]);
  expect((await ask(sent[0]!.id)).mail).toMatchObject({ isAsSent: false, isLeadChanged: true });
  await api.db.sql("update lead set first_name = 'Lead 1' where tenant_id = $1", [api.tenantId]);
});

test("N1 the recipient's link out is shown as a sample, and their bytes only to who may change leads, through own eyes", async () => {
  const real = /\/u\/([\w-]{80,})/.exec(
    sink.accepted[0]!.raw.toString("latin1").replaceAll("=\r\n", ""),
  )![1]!;
  const { mail } = await ask(sent[0]!.id, "USER");
  expect(mail).toMatchObject({ isAsSent: true, source: null, to: "lead-1@example.org" });
  for (const shown of [mail!.html, mail!.text]) {
    expect(shown).toContain("https://example.com/u/sample");
    expect(shown).not.toContain(real);
  }
  expect(mail!.html).toContain(`out=${encodeURIComponent("https://example.com/u/sample")}`);
  const manager = await ask(sent[0]!.id, "MANAGER");
  expect(manager.mail!.source).toBe(sink.accepted[0]!.raw.toString("latin1"));
  expect(manager.mail!.html).toBe(mail!.html);
  const looking = await ask(sent[0]!.id, "ADMIN", api.people.MANAGER.userId);
  expect(looking.mail).toEqual({ ...manager.mail, source: null });
});

test("N1 neither mail nor receipt is shown to who sees addresses in part: each would tell the address", async () => {
  expect((await ask(sent[0]!.id, "USER")).mail!.html).toContain("lead-1%40example.org");
  const admin = await api.as("ADMIN");
  const mask = async (isOn: boolean) => {
    await admin.ask(`mutation { updateSettings(input: { maskAddresses: ${isOn} }) { __typename } }`);
    // Sessions are known for half a second.
    await new Promise((resolve) => setTimeout(resolve, 550));
  };
  await mask(true);
  expect(await ask(sent[0]!.id, "USER")).toEqual({ receipt: null, mail: null });
  expect(await ask(sent[0]!.id, "MANAGER")).toMatchObject({
    receipt: { signature: expect.any(String) },
    mail: { isAsSent: true },
  });
  await mask(false);
});

test("N1 a receipt says what the ledger has, in canonical form, and anybody can check it without us", async () => {
  const { receipt, mail } = await ask(sent[0]!.id);
  const { document, signature, keyId, publicKey } = receipt!;
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey, "hex").toString("base64url") },
    format: "jwk",
  });
  expect(verify(null, Buffer.from(document), key, Buffer.from(signature, "hex"))).toBe(true);
  const [row] = await api.db.sql<Record<string, unknown>>(
    `select campaign_id as campaign, lead_id as lead, message_id_header as "messageId", encode(body_digest, 'hex') as "bodySha256",
       server_reply as "serverReply", attempt from message where id = $1`,
    [sent[0]!.id],
  );
  const said = JSON.parse(document) as Record<string, unknown>;
  expect(said).toMatchObject({
    ...row,
    type: "postwatch.receipt",
    v: 1,
    message: sent[0]!.id,
    organisation: api.tenantId,
    version: 1,
    knownBy: "lane",
    recipientSha256: hash("sha256", "lead-1@example.org"),
    bodySha256: hash("sha256", sink.accepted[0]!.raw),
  });
  expect(Object.keys(said)).toEqual(Object.keys(said).toSorted());
  expect(document).not.toContain("lead-1@example.org");
  // It is not stored, and yet the same every time.
  expect((await ask(sent[0]!.id, "USER")).receipt).toEqual(receipt);

  const [file, mailFile] = [join(directory, "receipt.json"), join(directory, "mail.eml")];
  writeFileSync(file, JSON.stringify(receipt));
  writeFileSync(mailFile, Buffer.from(mail!.source!, "latin1"));
  const run = (...args: string[]) => {
    const program = ["--conditions=source", "--import", "tsx", "scripts/audit/postwatch-verify.ts"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...program, ...args], {
      cwd: ROOT,
      encoding: "utf8",
    });
    return { status, last: stdout.trim().split("\n").at(-1), stderr };
  };
  expect(run("--receipt", file, "--mail", mailFile, "--key", keyId)).toEqual({
    status: 0,
    last: `signed by ${keyId}; the mail is the one that it is about`,
    stderr: "",
  });
  writeFileSync(mailFile, Buffer.from(`${mail!.source!} `, "latin1"));
  expect(run("--receipt", file, "--mail", mailFile)).toMatchObject({
    status: 1,
    last: "NOT PROVEN: The mail is not the one that the receipt is about: its SHA-256 is another.",
  });
  const faultsOf = (change: Partial<typeof receipt>, trusted?: string) =>
    judgeReceipt(
      JSON.stringify({ ...receipt, ...change }),
      null,
      trusted === undefined ? undefined : new Set([trusted]),
    ).faults;
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf({}, "0".repeat(16))).toEqual([expect.stringMatching(/none of the keys that you know/)]);
  expect(faultsOf({ document: document.replace('"attempt":1', '"attempt":2') })).toEqual([
    "The signature is not of this document: one of the two was changed.",
  ]);
  expect(faultsOf({ document: JSON.stringify(said, null, 1) })).toHaveLength(2);
  expect(faultsOf({ keyId: "0".repeat(16) })).toEqual(["The key has another name than its bytes say."]);
});

test("N1 no receipt without a sending, and what a person found out says so", async () => {
  const { messageIds } = await uncertainCampaign(api.db, { tenantId: api.tenantId });
  expect((await ask(messageIds[0]!)).receipt).toBeNull();
  const manager = await api.as("MANAGER");
  const resolved = await manager.ask<{
    resolveMessage: { resolvedMessage: { state: string; receipt: { document: string } } };
  }>(
    `mutation { resolveMessage(id: "${messageIds[0]}", outcome: ACCEPTED, evidence: "seen in lead-1@example.org's inbox") {
       ... on ResolveMessageSuccess { resolvedMessage { state receipt { document } } } } }`,
  );
  const { state, receipt } = resolved.data!.resolveMessage.resolvedMessage;
  expect([state, JSON.parse(receipt.document)]).toEqual([
    "SENT",
    expect.objectContaining({ knownBy: "person", serverReply: null }),
  ]);
  expect(receipt.document).not.toContain("inbox");
});
