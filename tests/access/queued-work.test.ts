import { newId } from "#domain/ids.js";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { importChannel, type Bus } from "../../domain/channels.js";
import { createCampaign, launchCampaign, planCampaign } from "../../domain/campaigns/index.js";
import { sendTransactional } from "../../domain/emails/index.js";
import { findImport, importLeads, startImport } from "../../domain/leads/index.js";
import { removeTeamMember } from "../../domain/teams/index.js";
import { assignRole, eraseUser, inviteUser, suspendUser } from "../../domain/users/index.js";
import { createLogger } from "../../platform/logger.js";
import { handlers } from "../../worker/handlers.js";
import { openSlots } from "../../worker/slots.js";
import {
  freshDatabase,
  makeTeam,
  makeTenant,
  makeUser,
  type TestDatabase,
  type TestUser,
} from "../support/database.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";

let db: TestDatabase;
let smtp: SmtpSink;
let admin: TestUser;
let manager: TestUser;
let teamId: string;
beforeAll(async () => {
  [db, smtp] = await Promise.all([freshDatabase({ poolSize: 8 }), startSmtpSink()]);
});
afterAll(async () => {
  await smtp.stop();
  await db.close();
});
beforeEach(async () => {
  const tenantId = await makeTenant(db.database);
  teamId = await makeTeam(db.database, tenantId);
  admin = await makeUser(db.database, { tenantId });
  manager = await makeUser(db.database, { tenantId, role: "MANAGER", teamIds: [teamId] });
  onHint = () => {};
  await db.sql("delete from job");
});

let onHint: (channel: string) => void;
const bus: Bus = {
  publish: (channel) => onHint(channel),
  subscribe: () => {
    throw new Error("nobody listens");
  },
};

/** What a worker does with all jobs of a queue that are due. */
async function work(queue: "campaigns" | "emails"): Promise<void> {
  const all = handlers({
    wakeLanes: () => {},
    mail: { smtpUrl: smtp.url, publicUrl: "https://mail.example.com" },
    anchors: { anchorFile: "/nowhere", anchorUrl: undefined },
  });
  const log = createLogger("test", "silent");
  const slots = openSlots(queue, 1, {
    database: db.database,
    handlers: new Map(all.map((one) => [one.type, one])),
    bus,
    log,
    workerId: newId(),
  });
  await slots.work();
  await slots.stop(1_000, 100);
}

const jobsOf = (type: string) =>
  db.sql<{ state: string; error: string | null }>(
    "select state, error from job where type = $1 order by id",
    [type],
  );
const leadsOf = async () =>
  (
    await db.sql<{ email: string }>("select email from lead where tenant_id = $1 order by email", [
      admin.tenantId,
    ])
  ).map(({ email }) => email);
const rows = (count: number) =>
  ["email", ...Array.from({ length: count }, (_, at) => `p${at}@example.com`)].join("\n");

async function queueImport(by: TestUser, csv = rows(3)): Promise<string> {
  return (await by.op.run(startImport, { csv, listName: "People" })).importId;
}

test.each([
  [
    "is suspended",
    () => admin.op.run(suspendUser, { userId: manager.userId }),
    "Whoever started it is suspended now.",
  ],
  [
    "is erased",
    () => admin.op.run(eraseUser, { userId: manager.userId }),
    "Whoever started it is erased now.",
  ],
  [
    "may not import any more",
    () => admin.op.run(assignRole, { userId: manager.userId, role: "USER" }),
    "Whoever started it has the role User now, which does not have LEAD_IMPORT.",
  ],
  [
    "has left the team that it is for",
    () => admin.op.run(removeTeamMember, { userId: manager.userId, teamId }),
    "Whoever started it does not belong to the team of the import any more.",
  ],
])(
  "an import whose starter %s before it runs imports nothing and says why",
  async (_what, revoke, reason) => {
    const importId = await queueImport(manager);
    await revoke();
    await work("campaigns");
    expect(await jobsOf(importLeads.type)).toEqual([{ state: "CANCELLED", error: reason }]);
    expect(await leadsOf()).toEqual([]);
    expect(await findImport(admin.op, admin.op.scope, importId)).toMatchObject({
      status: "FAILED",
      imported: 0,
      listId: null,
      failure: {
        code: "INITIATOR_GONE",
        message: `The import was stopped: ${reason} Somebody who may import starts it again.`,
      },
    });
    expect(await db.sql("select from lead_list where tenant_id = $1", [admin.tenantId])).toEqual([]);
    expect(await db.sql("select from import_chunk where import_id = $1", [importId])).toEqual([]);
  },
);

test("an import that runs stops at the batch after its starter was suspended, and says how far it came", async () => {
  const importId = await queueImport(manager, rows(20_000));
  let suspending: Promise<unknown> | undefined;
  let hints = 0;
  onHint = (channel) => {
    if (channel !== importChannel(importId)) return;
    hints += 1;
    // The first tells that it has begun, the second that a batch is written.
    if (hints === 2) suspending = admin.op.run(suspendUser, { userId: manager.userId });
  };
  await work("campaigns");
  await suspending;
  const view = await findImport(admin.op, admin.op.scope, importId);
  expect(view).toMatchObject({ status: "FAILED", failure: { code: "INITIATOR_GONE" }, total: 20_000 });
  expect(view!.imported).toBeGreaterThanOrEqual(1_000);
  expect(view!.imported).toBeLessThan(20_000);
  expect(await leadsOf()).toHaveLength(view!.imported);
});

test("an import of somebody who was an administrator then changes only the leads that they may change now", async () => {
  const second = await makeUser(db.database, { tenantId: admin.tenantId });
  await db.sql(
    `insert into lead (id, tenant_id, email, email_canonical, email_hash, source, owner_team_id)
     values (uuid_v7(), $1, 'theirs@example.com', 'theirs@example.com', sha256('theirs@example.com'), 'test', $2)`,
    [admin.tenantId, teamId],
  );
  const csv = "email,company\ntheirs@example.com,Taken Over Ltd\nnew@example.com,New Ltd";
  const importId = await queueImport(second, csv);
  await admin.op.run(assignRole, { userId: second.userId, role: "MANAGER" });
  await work("campaigns");
  expect(await findImport(admin.op, admin.op.scope, importId)).toMatchObject({
    status: "COMPLETED",
    imported: 1,
    updated: 0,
    rejected: 1,
  });
  expect(
    await db.sql("select company from lead where tenant_id = $1 and email = 'theirs@example.com'", [
      admin.tenantId,
    ]),
  ).toEqual([{ company: null }]);
});

test("an import whose starter was in their rights all along is finished", async () => {
  const importId = await queueImport(manager);
  await work("campaigns");
  expect(await jobsOf(importLeads.type)).toEqual([{ state: "SUCCEEDED", error: null }]);
  expect(await findImport(admin.op, admin.op.scope, importId)).toMatchObject({
    status: "COMPLETED",
    imported: 3,
  });
});

const invitedBy = (by: TestUser) =>
  by.op.run(inviteUser, { email: `guest-${by.userId}@example.com`, role: "USER" });

test("an invitation that waits is not mailed when whoever invited has been suspended", async () => {
  await invitedBy(manager);
  await admin.op.run(suspendUser, { userId: manager.userId });
  await work("emails");
  expect(await jobsOf(sendTransactional.type)).toEqual([
    { state: "CANCELLED", error: "Whoever started it is suspended now." },
  ]);
  expect(smtp.accepted.filter(({ to }) => to.includes(`guest-${manager.userId}@example.com`))).toEqual([]);
});

test("an invitation of somebody in their rights is mailed", async () => {
  await invitedBy(manager);
  await work("emails");
  expect(await jobsOf(sendTransactional.type)).toEqual([{ state: "SUCCEEDED", error: null }]);
  expect(smtp.accepted.filter(({ to }) => to.includes(`guest-${manager.userId}@example.com`))).toHaveLength(
    1,
  );
});

test("a launched campaign goes on when its launcher is suspended: it is the organisation's", async () => {
  await queueImport(admin);
  await work("campaigns");
  const [list] = await db.sql<{ id: string }>("select id from lead_list where tenant_id = $1", [
    admin.tenantId,
  ]);
  const { campaignId } = await manager.op.run(createCampaign, {
    name: "Spring",
    fromName: "News",
    fromEmail: "news@example.com",
    postalAddress: "1 Main Street",
    steps: [{ delayMinutes: 0, subject: "Hello", html: "<p>Hello</p>" }],
    audience: { listIds: [list!.id] },
  });
  await manager.op.run(launchCampaign, { campaignId });
  await admin.op.run(suspendUser, { userId: manager.userId });
  await work("campaigns");
  expect(await jobsOf(planCampaign.type)).toEqual([{ state: "SUCCEEDED", error: null }]);
  expect(
    await db.sql("select state, count(*) as count from message where campaign_id = $1 group by 1", [
      campaignId,
    ]),
  ).toEqual([{ state: "QUEUED", count: 3 }]);
});
