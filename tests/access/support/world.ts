import { createCampaign } from "../../../domain/campaigns/index.js";
import { saveAuditView } from "../../../domain/audit/search/views.js";
import { createAuditStream } from "../../../domain/audit/streams/change-streams.js";
import { createAlertRule } from "../../../domain/health/index.js";
import { newId, type Id } from "../../../domain/ids.js";
import { createLead, startImport, suppress } from "../../../domain/leads/index.js";
import { createSender } from "../../../domain/senders/index.js";
import { inviteUser } from "../../../domain/users/index.js";
import type { TestDatabase, TestUser } from "../../support/database.js";
import { makeTeam, makeUser } from "../../support/database.js";

/** What a team (or a whole organisation) has of each kind, by id. */
export const KINDS = [
  "campaign",
  "draft",
  "message",
  "lead",
  "list",
  "import",
  "suppression",
  "team",
  "user",
  "invited",
  "session",
  "notification",
  "alertRule",
  "auditStream",
  "job",
  "entry",
  "auditView",
  "sender",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Belongings extends Readonly<Record<Kind, Id>> {
  readonly tenantId: Id;
  /** Stands in every name and address of theirs, and nowhere else. */
  readonly mark: string;
  /** A manager who leads the team; the notification is theirs. */
  readonly manager: TestUser;
}

/** Fills a tenant with one team and one thing of each kind, all of them the team's and all of them marked. */
export async function makeBelongings(
  db: TestDatabase,
  tenantId: Id,
  mark: string,
  admin: TestUser,
): Promise<Belongings> {
  const { database, sql } = db;
  const team = await makeTeam(database, tenantId, `${mark} team`);
  const member = (role: "MANAGER" | "USER") =>
    makeUser(database, {
      tenantId,
      role,
      teamIds: [team],
      email: `${role.toLowerCase()}@${mark}.example`,
    });
  const [manager, user] = [await member("MANAGER"), await member("USER")];
  await sql("update team_member set is_lead = true where team_id = $1 and user_id = $2", [
    team,
    manager.userId,
  ]);
  await sql("update app_user set name = $2 where id = any($1)", [
    [manager.userId, user.userId],
    `${mark} person`,
  ]);

  const { importId } = await manager.op.run(startImport, {
    csv: "email\nx@example.com",
    listName: `${mark} list`,
    fileName: `${mark}.csv`,
  });
  const [row] = await sql<{ list: Id }>("select list_id as list from import_batch where id = $1", [importId]);
  await sql("update import_batch set status = 'FAILED', finished_at = now() where id = $1", [importId]);
  await sql(
    `insert into import_row_error (tenant_id, import_id, row_number, position, rule, value, message) values ($1, $2, 2, 0, 'email', $3, $3)`,
    [tenantId, importId, `${mark} row`],
  );
  const list = row!.list;
  const { leadId } = await manager.op.run(createLead, {
    email: `lead@${mark}.example`,
    firstName: `${mark} lead`,
    listIds: [list],
  });
  const { suppressionId } = await manager.op.run(suppress, {
    email: `gone@${mark}.example`,
    reason: "MANUAL",
  });
  const gone = await manager.op.run(createLead, { email: `gone@${mark}.example`, firstName: mark });
  const campaign = async (name: string) =>
    (
      await manager.op.run(createCampaign, {
        name: `${mark} ${name}`,
        fromName: mark,
        fromEmail: `news@${mark}.example`,
        steps: [{ delayMinutes: 0, subject: mark, html: `<p>${mark}</p>` }],
        audience: { listIds: [list], leadIds: [gone.leadId] },
      })
    ).campaignId;
  const [running, draft] = [await campaign("running"), await campaign("draft")];
  const { userId: invited } = await admin.op.run(inviteUser, {
    email: `invited@${mark}.example`,
    name: `${mark} guest`,
    role: "USER",
    teamIds: [team],
  });
  const session = await secondSession(db, user);
  return {
    tenantId,
    mark,
    manager,
    campaign: running,
    draft,
    message: await launched(db, tenantId, running, leadId),
    lead: leadId,
    list,
    import: importId,
    suppression: suppressionId,
    team,
    user: user.userId,
    invited,
    session,
    entry: await recorded(db, user, session),
    auditView: (await admin.op.run(saveAuditView, { name: `${mark} view`, query: mark })).viewId,
    notification: await notified(db, manager, mark),
    job: await failedJob(db, tenantId, running),
    alertRule: (
      await admin.op.run(createAlertRule, {
        name: `${mark} rule`,
        signal: "CPU",
        threshold: 95,
        forSeconds: 60,
      })
    ).ruleId,
    sender: (await admin.op.run(createSender, { address: `sender@${mark}.example`, name: `${mark} sender` }))
      .senderId,
    auditStream: (
      await admin.op.run(createAuditStream, { kind: "WEBHOOK", url: `https://127.0.0.1:9/${mark}` })
    ).streamId,
  };
}

async function failedJob({ sql }: TestDatabase, tenantId: Id, campaignId: Id): Promise<Id> {
  const id = newId();
  await sql(
    `insert into job (id, tenant_id, type, queue, payload, state, max_attempts, due_at, error, finished_at)
     values ($1, $2, 'campaigns.plan', 'campaigns', $3, 'FAILED', 3, now(), 'It broke.', now())`,
    [id, tenantId, { campaignId }],
  );
  return id;
}

async function secondSession({ sql }: TestDatabase, { tenantId, userId }: TestUser): Promise<Id> {
  const id = newId();
  await sql(
    "insert into session (id, tenant_id, user_id, expires_at) values ($1, $2, $3, now() + interval '1 day')",
    [id, tenantId, userId],
  );
  return id;
}

/** What somebody did in a session of theirs. */
async function recorded({ sql }: TestDatabase, { op }: TestUser, sessionId: Id): Promise<Id> {
  if (op.actor.kind !== "USER") throw new Error("Only people have sessions");
  await op.as({ ...op.actor, sessionId }).record("campaign.paused", { targets: [] });
  const [entry] = await sql<{ id: Id }>("select id from event where context ->> 'sessionId' = $1", [
    sessionId,
  ]);
  return entry!.id;
}

async function notified({ sql }: TestDatabase, { tenantId, userId }: TestUser, mark: string): Promise<Id> {
  const id = newId();
  await sql(
    "insert into notification (id, tenant_id, user_id, kind, title, detail) values ($1, $2, $3, 'REFUSALS', $4, $4)",
    [id, tenantId, userId, mark],
  );
  return id;
}

/** The campaign runs and has sent one message, to this lead. */
async function launched({ sql }: TestDatabase, tenantId: Id, campaignId: Id, leadId: Id): Promise<Id> {
  const [version, enrollment, message] = [newId(), newId(), newId()];
  await sql(
    "insert into campaign_version (id, tenant_id, campaign_id, n, content) values ($1, $2, $3, 1, '{}')",
    [version, tenantId, campaignId],
  );
  await sql(
    `update campaign set status = 'RUNNING', launched_at = now(), planned_at = now(), launched_version_id = $2 where id = $1`,
    [campaignId, version],
  );
  await sql(
    "insert into enrollment (id, tenant_id, campaign_id, lead_id, state) values ($1, $2, $3, $4, 'ACTIVE')",
    [enrollment, tenantId, campaignId, leadId],
  );
  await sql(
    `insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, planned_at, due_at, sent_at)
     select $1, $2, $3, $4, $5, s.id, 1, $6, 'SENT', now(), now(), now() from step s where s.campaign_id = $3`,
    [message, tenantId, campaignId, version, enrollment, leadId],
  );
  return message;
}
