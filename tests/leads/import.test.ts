import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bus } from "../../domain/channels.js";
import {
  importLeads,
  failBrokenUpload,
  findImport,
  startImport,
  suppress,
  sweepUploads,
  uploadImport,
  type ImportView,
} from "../../domain/leads/index.js";
import type { Outcome } from "../../domain/jobs/outcome.js";
import type { Operation } from "../../domain/operation.js";
import { createLogger } from "../../platform/logger.js";
import { importLeadsHandler } from "../../worker/campaigns/import-leads.js";
import { sweepUploadsHandler } from "../../worker/campaigns/sweep-uploads.js";
import { handlers } from "../../worker/handlers.js";
import { SCHEDULE } from "../../worker/schedule.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { organisation, type Organisation } from "../support/organisation.js";

let test_db: TestDatabase;
let org: Organisation;
let admin: Operation;

beforeAll(async () => {
  test_db = await freshDatabase();
});
afterAll(() => test_db.close());

const hints: string[] = [];
const bus: Bus = {
  publish: (channel) => void hints.push(channel),
  subscribe: () => {
    throw new Error("nobody listens");
  },
};

async function work(importId: string, signal = new AbortController().signal): Promise<Outcome> {
  return importLeadsHandler({
    op: org.asJob(importLeads.type),
    payload: { importId },
    signal,
    progress: async () => {},
    bus,
    log: createLogger("test", "silent"),
  });
}

async function imported(csv: string, options: object = {}): Promise<ImportView> {
  const { importId } = await admin.run(startImport, { csv, listName: "People", ...options });
  await work(importId);
  return (await findImport(admin, admin.scope, importId))!;
}

const leads = () =>
  test_db.sql(
    "select email, first_name, company, custom_fields from lead where tenant_id = $1 order by email",
    [org.tenantId],
  );
const faults = (importId: string) =>
  test_db.sql(
    "select row_number, column_name, rule, value, message from import_row_error where import_id = $1 order by 1",
    [importId],
  );

async function fresh(): Promise<void> {
  org = await organisation(test_db);
  admin = org.as("ADMIN");
  hints.length = 0;
}

test("rows become leads of the list; what breaks a rule is kept with row, column, rule and value", async () => {
  await fresh();
  const csv = [
    "email,first name,company,plan",
    '"zoe@example.com","Zoë","Ångström, Sons & Co",gold',
    "not an address,Bo,,",
    "bo@example.com,Bo,,",
    "x@example.com,a,b,c,d",
  ].join("\n");
  const view = await imported(csv);
  expect(view).toMatchObject({
    status: "COMPLETED",
    total: 4,
    processed: 4,
    imported: 2,
    updated: 0,
    skipped: 0,
    rejected: 2,
    failure: null,
  });
  expect(await leads()).toEqual([
    { email: "bo@example.com", first_name: "Bo", company: null, custom_fields: {} },
    {
      email: "zoe@example.com",
      first_name: "Zoë",
      company: "Ångström, Sons & Co",
      custom_fields: { plan: "gold" },
    },
  ]);
  expect(await faults(view.id)).toMatchObject([
    { row_number: 3, column_name: "email", rule: "email", value: "not an address" },
    { row_number: 5, column_name: null, rule: "cells", value: "d" },
  ]);
  expect(
    await test_db.sql("select count(*) from lead_list_member where list_id = $1", [view.listId]),
  ).toEqual([{ count: 2 }]);
  expect(await test_db.sql("select count(*) from import_chunk where import_id = $1", [view.id])).toEqual([
    { count: 0 },
  ]);
  expect(hints).toContain(`import:${view.id}`);
});

test("a column with any header, or none, is kept as a custom field", async () => {
  await fresh();
  await imported("E-Mail;Vorname;Größe (cm);;custom\na@example.com;Ada;170;left;own\nb@example.com;;;;\n");
  expect(await leads()).toEqual([
    {
      email: "a@example.com",
      first_name: "Ada",
      company: null,
      custom_fields: { größe_cm: "170", column_4: "left", field_custom: "own" },
    },
    { email: "b@example.com", first_name: null, company: null, custom_fields: {} },
  ]);
});

test("a fault in a column without a header is told under the column's number", async () => {
  await fresh();
  const view = await imported(`email,\na@example.com,${"x".repeat(2001)}\nb@example.com,\n`);
  expect(await faults(view.id)).toMatchObject([{ row_number: 2, column_name: "column_2" }]);
});

test("a row without an address has one fault, not two", async () => {
  await fresh();
  const view = await imported("email,company\n,One\na@example.com,Two\n");
  expect(view).toMatchObject({ imported: 1, rejected: 1 });
  expect(await faults(view.id)).toEqual([
    { row_number: 2, column_name: "email", rule: "email", value: "", message: "Enter an e-mail address." },
  ]);
});

test("one lead per canonical address: the second row for it updates the first", async () => {
  await fresh();
  const view = await imported("email,company\nA@Example.com,One\na@example.COM,Two\n");
  expect(view).toMatchObject({ imported: 1, updated: 1, rejected: 0 });
  expect(await leads()).toEqual([
    { email: "A@Example.com", first_name: null, company: "Two", custom_fields: {} },
  ]);
});

test("UPDATE keeps what the file leaves empty; SKIP leaves the lead as it is but puts it in the list", async () => {
  await fresh();
  await imported("email,first name,company\na@example.com,Ada,One\n");
  expect(await imported("email,first name,company\na@example.com,,Two\n")).toMatchObject({
    imported: 0,
    updated: 1,
  });
  const skip = await imported("email,company\na@example.com,Three\n", { policy: "SKIP", listName: "Other" });
  expect(skip).toMatchObject({ imported: 0, updated: 0, skipped: 1 });
  expect(await leads()).toEqual([
    { email: "a@example.com", first_name: "Ada", company: "Two", custom_fields: {} },
  ]);
  expect(
    await test_db.sql("select count(*) from lead_list_member where list_id = $1", [skip.listId]),
  ).toEqual([{ count: 1 }]);
});

test("a dry run counts the same and writes no lead and no list", async () => {
  await fresh();
  await imported("email\na@example.com\n");
  const view = await imported("email\na@example.com\nb@example.com\nB@example.com\nbad\n", {
    dryRun: true,
    listName: "Dry",
  });
  expect(view).toMatchObject({ status: "COMPLETED", imported: 1, updated: 2, rejected: 1, listId: null });
  expect(await leads()).toHaveLength(1);
  expect(
    await test_db.sql("select count(*) from lead_list where tenant_id = $1 and name = 'Dry'", [org.tenantId]),
  ).toEqual([{ count: 0 }]);
});

test.each([
  ["no column of addresses", "name\nAda\n", "NO_EMAIL_COLUMN"],
  ["a header and no rows", "email,name\n", "NO_ROWS"],
  ["two columns that come to one name", "email,Notes,notes\na@example.com,x,y\n", "HEADER_TWICE"],
  ["a quote broken in its last row", `email,name\na@example.com,A\nb@example.com,"B`, "QUOTE_BROKEN"],
])("a file with %s is refused whole: no lead is imported", async (_, csv, code) => {
  await fresh();
  const view = await imported(csv);
  expect(view).toMatchObject({ status: "FAILED", imported: 0, listId: null, failure: { code } });
  expect(await leads()).toEqual([]);
  expect(await test_db.sql("select name from lead_list where tenant_id = $1", [org.tenantId])).toEqual([]);
  expect(
    await test_db.sql(
      "select outcome, reason_code from event where action = 'lead.imported' and tenant_id = $1 order by at, id",
      [org.tenantId],
    ),
  ).toEqual([
    { outcome: "SUCCESS", reason_code: "STARTED" },
    { outcome: "FAILED", reason_code: code },
  ]);
});

test("a Latin-1 upload is refused and says what to do", async () => {
  await fresh();
  const content = Buffer.from("email,name\na@example.com,José\n", "latin1");
  const { importId } = await uploadImport(admin, { listName: "L" }, [content]);
  await work(importId);
  expect(await findImport(admin, admin.scope, importId)).toMatchObject({
    status: "FAILED",
    failure: { code: "ENCODING", row: 2 },
  });
});

test("an upload that breaks off leaves nothing behind", async () => {
  await fresh();
  const breaking = (async function* () {
    yield Buffer.alloc(300 * 1024, "x");
    throw new Error("connection lost");
  })();
  await expect(uploadImport(admin, { listName: "L" }, breaking)).rejects.toThrow("connection lost");
  for (const table of ["import_batch", "import_chunk"])
    expect(await test_db.sql(`select count(*) from ${table} where tenant_id = $1`, [org.tenantId])).toEqual([
      { count: 0 },
    ]);
  expect(await test_db.sql("select count(*) from job where tenant_id = $1", [org.tenantId])).toEqual([
    { count: 0 },
  ]);
});

async function sweep(): Promise<Outcome> {
  return sweepUploadsHandler({
    op: org.asJob(sweepUploads.type).as({ kind: "JOB", name: sweepUploads.type }, null),
    payload: { fireAt: new Date().toISOString() },
    signal: new AbortController().signal,
    progress: async () => {},
    bus,
    log: createLogger("test", "silent"),
  });
}

/** Uploads a file whose middle waits for `meanwhile`. */
function slowly(meanwhile: (importId: string) => Promise<unknown>): Promise<{ importId: string }> {
  const content = (async function* () {
    yield Buffer.from(`email\n${"a@example.com\n".repeat(25_000)}`);
    const [batch] = await test_db.sql<{ id: string }>("select id from import_batch where tenant_id = $1", [
      org.tenantId,
    ]);
    await meanwhile(batch!.id);
    yield Buffer.from("b@example.com\n");
  })();
  return uploadImport(admin, { listName: "Slow" }, content);
}

const age = (importId: string, minutes: number) =>
  test_db.sql("update import_batch set created_at = now() - make_interval(mins => $2) where id = $1", [
    importId,
    minutes,
  ]);
const chunks = (importId: string) =>
  test_db.sql("select position from import_chunk where import_id = $1", [importId]);

test("an upload that its server left unfinished is failed after an hour, not before, and its pieces go", async () => {
  await fresh();
  const upload = slowly(async (importId) => {
    await age(importId, 59);
    await sweep();
    expect(await findImport(admin, admin.scope, importId)).toMatchObject({
      status: "PENDING",
      failure: null,
    });
    expect(await chunks(importId)).toEqual([{ position: 0 }]);
    await age(importId, 61);
    await sweep();
    await sweep();
    expect(await findImport(admin, admin.scope, importId)).toMatchObject({
      status: "FAILED",
      failure: {
        code: "UPLOAD_BROKEN_OFF",
        message: "The upload broke off before the file was complete. Upload it again.",
      },
    });
    expect(await chunks(importId)).toEqual([]);
    expect(hints).toEqual([`import:${importId}`]);
    expect(
      await test_db.sql(
        "select outcome, reason_code from event where action = 'lead.imported' and tenant_id = $1 order by at, id",
        [org.tenantId],
      ),
    ).toEqual([{ outcome: "FAILED", reason_code: "UPLOAD_BROKEN_OFF" }]);
  });
  // Its sender is there after all: told so, and nothing is left of what came late.
  await expect(upload).rejects.toThrow("The upload took more than an hour and was given up.");
  for (const table of ["import_batch", "import_chunk", "lead_list", "job"])
    expect(await test_db.sql(`select from ${table} where tenant_id = $1`, [org.tenantId])).toEqual([]);
});

test("an old upload that is complete is not swept", async () => {
  await fresh();
  const { importId } = await admin.run(startImport, { csv: "email\na@example.com\n", listName: "Waiting" });
  await age(importId, 600);
  await sweep();
  // Also when it came to its end after it was found.
  expect(await org.asJob(sweepUploads.type).run(failBrokenUpload, { importId })).toEqual({ failed: false });
  expect(await findImport(admin, admin.scope, importId)).toMatchObject({ status: "PENDING", failure: null });
  expect(await chunks(importId)).toEqual([{ position: 0 }]);
});

test("unfinished uploads are looked for every 15 minutes", () => {
  expect(SCHEDULE.find(({ name }) => name === "campaigns.sweepUploads")?.schedule.pattern).toBe(
    "*/15 * * * *",
  );
  const types = handlers({
    wakeLanes: () => {},
    mail: { smtpUrl: "smtp://127.0.0.1:1", publicUrl: "http://127.0.0.1:1" },
    anchors: { anchorFile: "/nowhere", anchorUrl: undefined },
  }).map(({ type }) => type);
  expect(types).toContain("campaigns.sweepUploads");
});

test("an import of which every row is rejected leaves no empty list", async () => {
  await fresh();
  const view = await imported("email\nbad\nworse\n");
  expect(view).toMatchObject({ status: "COMPLETED", rejected: 2, listId: null });
  expect(await test_db.sql("select name from lead_list where tenant_id = $1", [org.tenantId])).toEqual([]);
  const first = await imported("email\na@example.com\n");
  await imported("email\nbad\n");
  expect(await test_db.sql("select id from lead_list where tenant_id = $1", [org.tenantId])).toEqual([
    { id: first.listId },
  ]);
});

test("an import that is stopped half-way goes on from its last batch, and no row counts twice", async () => {
  await fresh();
  const csv = ["email", ...Array.from({ length: 2500 }, (_, i) => `p${i}@example.com`)].join("\n");
  const { importId } = await admin.run(startImport, { csv, listName: "Many" });
  const stopping = new AbortController();
  const publish = bus.publish.bind(bus);
  bus.publish = (channel, hint) => {
    publish(channel, hint);
    if (hints.length === 2) stopping.abort(new Error("draining"));
  };
  await expect(work(importId, stopping.signal)).rejects.toThrow("draining");
  bus.publish = publish;
  expect(await findImport(admin, admin.scope, importId)).toMatchObject({
    status: "RUNNING",
    total: 2500,
    processed: 1000,
    imported: 1000,
  });
  await work(importId);
  expect(await findImport(admin, admin.scope, importId)).toMatchObject({
    status: "COMPLETED",
    processed: 2500,
    imported: 2500,
    updated: 0,
  });
  expect(await leads()).toHaveLength(2500);
});

test("an address that is suppressed stays so when it is imported", async () => {
  await fresh();
  await admin.run(suppress, { email: "gone@example.com", reason: "UNSUBSCRIBED" });
  await imported("email\nGone@example.com\nhere@example.com\n");
  expect(
    await test_db.sql("select email, mailability from lead where tenant_id = $1 order by email", [
      org.tenantId,
    ]),
  ).toEqual([
    { email: "Gone@example.com", mailability: "UNSUBSCRIBED" },
    { email: "here@example.com", mailability: "MAILABLE" },
  ]);
});
