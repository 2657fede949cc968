import { createHash } from "node:crypto";
import type { EventAction, FieldChange } from "../../domain/events.js";
import { SIGNALS } from "../../domain/health/index.js";
import { shownUrl } from "../../domain/audit/streams/stream-url.js";
import { change, made, nothing, type ExpectedEntries, type ExpectedEntry, type Made } from "./expected.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const CAMPAIGN = `select name, audience from campaign where id = $1::uuid`;
const ALERT = "select name from alert_rule where id = $1::uuid";

/** The draft of mutation-cases.ts. */
const drafted = (name: string, audience: unknown): (readonly [string, unknown])[] => [
  ["name", name],
  ["fromName", "Ada"],
  ["fromEmail", "ada@example.com"],
  ["trackOpens", false],
  ["trackClicks", false],
  ["audience", audience],
  [
    "steps",
    [{ subject: "Hello", delayMinutes: 0, contentSha256: sha256(JSON.stringify(["<p>Hi</p>", null, []])) }],
  ],
];
const audienceOf = (leadIds: unknown) => ({ listIds: [], leadIds, segmentIds: [] });

const campaign = (action: EventAction, before: string, after: string): ExpectedEntry => ({
  action,
  was: CAMPAIGN,
  targets: ({ v, was }) => [{ type: "campaign", id: v("id"), label: was("name") }],
  changes: () => [change("status", before, after)],
});
const resolved = (outcome: string, evidence: string): FieldChange[] => [
  change("outcome", "UNCERTAIN", outcome),
  made("messages", 1),
  made("evidence", evidence),
];
const place = (action: EventAction, changes: ExpectedEntry["changes"], reason?: string): ExpectedEntry => ({
  action,
  ...(reason === undefined ? {} : { reason }),
  was: `select (select name from campaign where id = $1::uuid) as name, (select email from lead where id = $2::uuid) as email`,
  targets: ({ v, was }) => [
    { type: "campaign", id: v("campaignId"), label: was("name") },
    { type: "lead", id: v("leadId"), label: was("email") },
  ],
  changes,
});
const alert = (changes: ExpectedEntry["changes"], name: (call: Made) => string): ExpectedEntry => ({
  action: "settings.updated",
  was: ALERT,
  targets: (call) => [{ type: "alert_rule", id: call.v("id"), label: name(call) }],
  changes,
});
const alertFacts = (name: string): (readonly [string, unknown])[] => [
  ["name", name],
  ["signal", "DISK"],
  ["threshold", 90],
  ["forSeconds", 60],
  ["isEnabled", true],
];
const SENDER = "select name, address from sender where id = $1::uuid";
const sender = (before: string, after: string): ExpectedEntry => ({
  action: "sender.updated",
  was: SENDER,
  targets: ({ v, was }) => [{ type: "sender", id: v("id"), label: was("address") }],
  changes: () => [change("state", before, after)],
});
const job = (action: EventAction, before: string, after: string): ExpectedEntry => ({
  action,
  targets: ({ v }) => [{ type: "job", id: v("id"), label: "campaigns.plan" }],
  changes: () => [change("state", before, after)],
});
const deadJobs = (action: EventAction, count: string): ExpectedEntry => ({
  action,
  targets: () => [{ type: "queue", id: "campaigns" }],
  changes: (call) => [made("jobs", call.made(count))],
});
const named = (action: EventAction, type: string, changes: readonly FieldChange[]): ExpectedEntry => ({
  action,
  targets: ({ v }) => [{ type, id: v("name") }],
  changes: () => changes,
});
const TENANT =
  "select t.name from tenant t join membership m on m.tenant_id = t.id where m.user_id = $1::uuid";
const view = (
  before: (call: Made) => object | null,
  after: (call: Made) => object | null,
): ExpectedEntry => ({
  action: "settings.updated",
  was: "select name, query from audit_view where id = $1::uuid",
  targets: (call) => [
    { type: "audit_view", id: before(call) ? call.v("id") : call.made("auditView.id") },
    { type: "user", id: call.caller!.userId },
  ],
  changes: (call) =>
    ["name", "query"].map((field) => {
      const side = (of: object | null) => (of as Record<string, unknown> | null)?.[field] ?? null;
      return change(field, side(before(call)), side(after(call)));
    }),
});
const freeze = (isFrozen: boolean): ExpectedEntry => ({
  action: "sending.frozen_or_released",
  was: TENANT,
  targets: ({ tenantId, was }) => [{ type: "tenant", id: tenantId, label: was("name") }],
  changes: ({ v }) => [change("frozen", !isFrozen, isFrozen), made("reason", v("reason"))],
});
const STREAM_HOST = "127.0.0.1:9";
const stream = (changes: ExpectedEntry["changes"]): ExpectedEntry => ({
  action: "webhook.changed",
  was: "select url from audit_stream where id = $1::uuid",
  targets: ({ v }) => [{ type: "audit_stream", id: v("id"), label: STREAM_HOST }],
  changes,
});
const { warning, critical } = SIGNALS.OUTBOX_LAG;

/** What mutations about campaigns, leads, settings, jobs, queues and schedules leave. */
export const OF_THINGS: ExpectedEntries = {
  createCampaign: {
    action: "campaign.created",
    targets: (c) => [{ type: "campaign", id: c.made("campaign.id"), label: c.v("input.name") }],
    changes: ({ v }) =>
      drafted(v("input.name"), audienceOf(v("input.audience.leadIds"))).map(([f, a]) => made(f, a)),
  },
  updateCampaign: {
    action: "campaign.updated",
    was: CAMPAIGN,
    targets: ({ v }) => [{ type: "campaign", id: v("input.id"), label: v("input.name") }],
    changes: ({ v, was }) => [change("name", was("name"), v("input.name"))],
  },
  launchCampaign: campaign("campaign.launched", "DRAFT", "RUNNING"),
  pauseCampaign: campaign("campaign.paused", "RUNNING", "PAUSED"),
  resumeCampaign: campaign("campaign.resumed", "PAUSED", "RUNNING"),
  cancelCampaign: campaign("campaign.cancelled", "RUNNING", "CANCELLED"),
  archiveCampaign: campaign("campaign.archived", "CANCELLED", "ARCHIVED"),
  resolveMessage: {
    action: "campaign.mail_resolved",
    was: "select c.id, c.name from message m join campaign c on c.id = m.campaign_id where m.id = $1::uuid",
    targets: ({ v, was }) => [
      { type: "campaign", id: was("id"), label: was("name") },
      { type: "message", id: v("id") },
    ],
    changes: ({ v }) => resolved("ACCEPTED", v("evidence")),
  },
  resolveMessages: {
    action: "campaign.mail_resolved",
    was: CAMPAIGN,
    targets: ({ v, was }) => [{ type: "campaign", id: v("campaignId"), label: was("name") }],
    changes: ({ v }) => resolved("GIVE_UP", v("evidence")),
  },
  scheduleCampaign: {
    ...campaign("campaign.scheduled", "DRAFT", "SCHEDULED"),
    changes: ({ v }) => [change("status", "DRAFT", "SCHEDULED"), made("scheduledAt", v("at"))],
  },
  unscheduleCampaign: {
    ...campaign("campaign.updated", "SCHEDULED", "DRAFT"),
    was: "select name, to_json(scheduled_at at time zone 'UTC') #>> '{}' as at from campaign where id = $1::uuid",
    changes: ({ was }) => [
      change("status", "SCHEDULED", "DRAFT"),
      change("scheduledAt", new Date(`${was("at")}Z`).toISOString(), null),
    ],
  },
  cloneCampaign: {
    action: "campaign.created",
    reason: "COPIED",
    was: CAMPAIGN,
    targets: (c) => [
      { type: "campaign", id: c.made("campaign.id"), label: `Copy of ${c.was("name")}` },
      { type: "campaign", id: c.v("id"), label: c.was("name") },
    ],
    changes: ({ was }) =>
      [["copyOf", was("name")] as const, ...drafted(`Copy of ${was("name")}`, was("audience"))].map(
        ([f, a]) => made(f, a),
      ),
  },
  sendTestEmail: {
    action: "campaign.test_sent",
    was: `select (select name from campaign where id = $1::uuid) as name, (select email from lead where id = $2::uuid) as email`,
    targets: ({ v, was }) => [
      { type: "campaign", id: v("campaignId"), label: was("name") },
      { type: "lead", id: v("leadId"), label: was("email") },
    ],
    changes: ({ v }) => [made("to", v("to")), made("step", 1), made("subject", "[Test] Hello")],
  },
  recordReply: place("enrollment.replied", ({ v }) => [
    change("state", "WAITING", "STOPPED"),
    made("at", v("at")),
    made("note", v("note")),
    made("stage", "REPLIED"),
  ]),
  recordGoal: place(
    "enrollment.goal_recorded",
    () => [change("state", "WAITING", "STOPPED"), made("stage", "WON")],
    "WON",
  ),
  stopEnrollment: place(
    "enrollment.stopped",
    ({ v }) => [change("state", "WAITING", "STOPPED"), made("note", v("note"))],
    "MANUAL",
  ),
  pauseEnrollment: place("enrollment.paused", ({ v }) => [
    change("state", "WAITING", "PAUSED"),
    made("pausedUntil", v("until")),
  ]),
  resumeEnrollment: place("enrollment.resumed", () => [
    change("state", "PAUSED", "ACTIVE"),
    change("pausedUntil", "2099-03-01T00:00:00Z", null),
  ]),
  deleteCampaign: {
    ...campaign("campaign.deleted", "", ""),
    changes: ({ was }) => drafted(was("name"), was("audience")).map(([f, b]) => change(f, b, null)),
  },
  freezeSending: freeze(true),
  releaseSending: freeze(false),
  createLead: {
    action: "lead.created",
    targets: (c) => [{ type: "lead", id: c.made("lead.id"), label: c.v("input.email") }],
    changes: ({ v }) => [made("email", v("input.email"))],
  },
  startImport: {
    action: "lead.imported",
    reason: "STARTED",
    targets: (c) => [
      { type: "import", id: c.made("import.id") },
      { type: "list", id: c.made("import.list.id"), label: c.v("input.listName") },
    ],
    changes: ({ v }) => [
      made("digest", sha256(v("input.csv"))),
      made("bytes", v("input.csv").length),
      made("policy", "UPDATE"),
      made("dryRun", false),
    ],
  },
  suppress: {
    action: "suppression.added",
    reason: "MANUAL",
    targets: (c) => [{ type: "suppression", id: c.made("suppression.id"), label: c.v("email") }],
    changes: ({ v }) => [made("email", v("email")), made("reason", "MANUAL")],
  },
  updateSettings: {
    action: "settings.updated",
    was: TENANT,
    targets: ({ tenantId, was }) => [{ type: "tenant", id: tenantId, label: was("name") }],
    changes: () => [change("maskAddresses", false, true)],
  },
  createSender: {
    action: "sender.created",
    targets: (c) => [{ type: "sender", id: c.made("sender.id"), label: c.v("input.address") }],
    changes: ({ v }) => [
      made("address", v("input.address")),
      made("name", v("input.name")),
      made("perDay", 80),
      made("gapSeconds", 0),
    ],
  },
  updateSender: {
    action: "sender.updated",
    was: SENDER,
    targets: ({ v, was }) => [{ type: "sender", id: v("input.id"), label: was("address") }],
    changes: ({ v, was }) => [change("name", was("name"), v("input.name"))],
  },
  pauseSender: sender("ACTIVE", "PAUSED"),
  resumeSender: sender("PAUSED", "ACTIVE"),
  archiveSender: sender("ACTIVE", "ARCHIVED"),
  updateSendingLimits: {
    action: "settings.updated",
    was: TENANT,
    targets: ({ tenantId, was }) => [{ type: "tenant", id: tenantId, label: was("name") }],
    changes: () => [
      made("perDay", 500),
      change("domains", [], [{ domain: "example.net", perHour: 20, perDay: null }]),
    ],
  },
  updateHealthThresholds: {
    action: "settings.updated",
    targets: () => [{ type: "health_thresholds", id: "installation" }],
    changes: () => [change("OUTBOX_LAG.warning", warning, 7), change("OUTBOX_LAG.critical", critical, 60)],
  },
  createAlertRule: {
    action: "settings.updated",
    targets: (c) => [{ type: "alert_rule", id: c.made("alertRule.id"), label: c.v("input.name") }],
    changes: ({ v }) => alertFacts(v("input.name")).map(([f, a]) => made(f, a)),
  },
  updateAlertRule: {
    ...alert(
      ({ v, was }) => [change("name", was("name"), v("input.name"))],
      ({ v }) => v("input.name"),
    ),
    targets: ({ v }) => [{ type: "alert_rule", id: v("input.id"), label: v("input.name") }],
  },
  deleteAlertRule: alert(
    ({ was }) => alertFacts(was("name")).map(([f, b]) => change(f, b, null)),
    ({ was }) => was("name"),
  ),
  muteAlertRule: alert(
    ({ v }) => [made("mutedUntil", new Date(v("until")).toISOString())],
    ({ was }) => was("name"),
  ),
  retryJob: job("job.retried", "FAILED", "WAITING"),
  discardJob: job("job.discarded", "FAILED", "DISCARDED"),
  restoreJob: job("job.discarded", "DISCARDED", "FAILED"),
  promoteJob: job("job.retried", "DELAYED", "WAITING"),
  retryDeadJobs: deadJobs("job.retried", "retried"),
  discardDeadJobs: deadJobs("job.discarded", "discarded"),
  pauseQueue: named("queue.paused_or_resumed", "queue", [change("paused", false, true)]),
  resumeQueue: named("queue.paused_or_resumed", "queue", [change("paused", true, false)]),
  updateQueue: {
    action: "settings.updated",
    targets: () => [{ type: "queue", id: "campaigns" }],
    changes: () => [made("concurrency", 3)],
  },
  runScheduleNow: {
    action: "schedule.run_now",
    targets: (c) => [
      { type: "schedule", id: c.v("name") },
      { type: "job", id: c.made("jobId"), label: c.v("name") },
    ],
    changes: nothing,
  },
  pauseSchedule: named("settings.updated", "schedule", [change("paused", false, true)]),
  resumeSchedule: named("settings.updated", "schedule", [change("paused", true, false)]),
  updateSchedule: {
    action: "settings.updated",
    targets: () => [{ type: "schedule", id: "analytics.cleanup" }],
    changes: () => [change("pattern", "0 3 * * *", "5 4 * * *")],
  },
  saveAuditView: view(
    () => null,
    ({ v }) => v("input") as unknown as object,
  ),
  deleteAuditView: view(
    ({ was }) => ({ name: was("name"), query: was("query") }),
    () => null,
  ),
  updateAuditRetention: {
    action: "settings.updated",
    targets: () => [{ type: "audit_retention", id: "installation" }],
    changes: () => [made("months", 24), made("holdReason", "A lawsuit")],
  },
  createAuditStream: {
    action: "webhook.changed",
    targets: (c) => [{ type: "audit_stream", id: c.made("auditStream.id"), label: STREAM_HOST }],
    changes: ({ v }) => [
      made("kind", "WEBHOOK"),
      made("url", shownUrl(v("input.url"))),
      made("cursorSeq", 0),
    ],
  },
  updateAuditStream: {
    ...stream(() => []),
    targets: ({ v }) => [{ type: "audit_stream", id: v("input.id"), label: STREAM_HOST }],
    changes: ({ v, was }) => [change("url", shownUrl(was("url")), shownUrl(v("input.url")))],
  },
  pauseAuditStream: stream(() => [change("paused", false, true)]),
  resumeAuditStream: stream(() => [change("paused", true, false)]),
  deleteAuditStream: stream(({ was }) => [
    change("kind", "WEBHOOK", null),
    change("url", shownUrl(was("url")), null),
  ]),
};
