import type { EventAction } from "../events.js";
import { idEnd, type Teller } from "./teller.js";

/** "changed", "change", "the role of Ken": what was done, and how it is said of an attempt; or the whole sentence. */
type Said = string | readonly [did: string, infinitive: string, what: string];

const RESOLVED: Readonly<Record<string, readonly [string, string, string?]>> = {
  ACCEPTED: ["marked", "mark", " as accepted"],
  SEND_AGAIN: ["sent", "send", " again"],
  GIVE_UP: ["gave up", "give up"],
};

/** One for every action: an action without a sentence does not pass the types. */
export const SENTENCES: Readonly<Record<EventAction, (e: Teller) => Said>> = {
  "auth.login.succeeded": () => ["signed in", "sign in", ""],
  "auth.login.failed": (e) =>
    `A sign-in ${e.has("user") ? `as ${e.the("user")}` : "with an unknown address"} failed${e.has("user") ? e.because : ""}`,
  "auth.logout": () => ["signed out", "sign out", ""],
  "auth.token.reuse_detected": (e) =>
    `A refresh token of ${e.the("user")} was used a second time; the session was ended`,
  "auth.password.changed": () => ["changed", "change", "their password"],
  "auth.password.reset_requested": (e) => [
    "asked for",
    "ask for",
    `a link to reset the password of ${e.the("user")}`,
  ],
  "auth.password.reset_completed": (e) => ["reset", "reset", `the password of ${e.the("user")} by a link`],
  "auth.session.revoked": (e) =>
    e.has("user")
      ? ["ended", "end", `${e.resource === "session" ? "a session" : "all sessions"} of ${e.the("user")}`]
      : ["ended", "end", "a session"],
  "auth.permission.denied": (e) => `${e.who} was refused ${e.id("field") || "something"}${e.because}`,
  "user.invited": (e) =>
    e.reason === "RESENT"
      ? ["invited", "invite", `${e.the("user")} again`]
      : [
          "invited",
          "invite",
          e.has("user")
            ? `${e.the("user")} as ${e.fields.includes("role") ? e.after("role") : "a member"}`
            : "a person",
        ],
  "user.invite.accepted": (e) =>
    e.reason === "FIRST_ADMIN"
      ? ["made", "make", `${e.the("user")} the first administrator`]
      : e.outcome === "SUCCESS"
        ? `${e.has("user") ? e.the("user") : "Somebody"} accepted the invitation`
        : ["accepted", "accept", "an invitation"],
  "user.updated": (e) => ["changed", "change", `the details of ${e.the("user")}${e.details}`],
  "user.suspended": (e) => ["suspended", "suspend", e.the("user")],
  "user.reactivated": (e) => ["reactivated", "reactivate", e.the("user")],
  "user.erased": () => ["erased", "erase", "a person"],
  "user.role.changed": (e) => [
    "changed",
    "change",
    `the role of ${e.the("user")}${e.fields.includes("role") ? ` from ${e.before("role")} to ${e.after("role")}` : ""}`,
  ],
  "team.created": (e) => [
    "created",
    "create",
    e.fields.includes("name") ? `the team “${e.after("name")}”` : e.the("team"),
  ],
  "team.updated": (e) =>
    e.fields.includes("name")
      ? ["renamed", "rename", `the team “${e.before("name")}” to “${e.after("name")}”`]
      : ["changed", "change", e.the("team")],
  "team.archived": (e) => ["archived", "archive", e.the("team")],
  "team.member.added": (e) => [
    "added",
    "add",
    `${e.the("user")} to ${e.the("team")}${e.after("isLead") === "yes" ? " as its lead" : ""}`,
  ],
  "team.member.removed": (e) => ["removed", "remove", `${e.the("user")} from ${e.the("team")}`],
  "campaign.created": (e) => [
    "created",
    "create",
    `${e.the("campaign")}${e.reason === "COPIED" ? ` as a copy of “${e.after("copyOf")}”` : ""}`,
  ],
  "campaign.updated": (e) => ["changed", "change", `${e.the("campaign")}${e.details}`],
  "campaign.scheduled": (e) => [
    "scheduled",
    "schedule",
    `${e.the("campaign")}${e.fields.includes("scheduledAt") ? ` for ${e.after("scheduledAt")}` : ""}`,
  ],
  "campaign.deleted": (e) => ["deleted", "delete", e.the("campaign")],
  "campaign.launched": (e) => [
    "launched",
    "launch",
    `${e.the("campaign")}${e.fields.includes("lateMinutes") ? `, ${e.after("lateMinutes")} minutes late` : ""}`,
  ],
  "campaign.paused": (e) => ["paused", "pause", e.the("campaign")],
  "campaign.resumed": (e) => [
    "resumed",
    "resume",
    `${e.the("campaign")}${e.fields.includes("overdue") ? ", with a choice for what was overdue" : ""}`,
  ],
  "campaign.cancelled": (e) => ["cancelled", "cancel", e.the("campaign")],
  "campaign.test_sent": (e) => [
    "sent",
    "send",
    `a test of ${e.the("campaign")}${e.fields.includes("to") ? ` to ${e.after("to")}` : ""}`,
  ],
  "campaign.mail_resolved": (e) => {
    const one = e.has("message") ? "an uncertain mail" : `${e.after("messages") || "the"} uncertain mails`;
    const done = RESOLVED[e.after("outcome")] ?? ["resolved", "resolve"];
    return [done[0], done[1], `${one} of ${e.the("campaign")}${done[2] ?? ""}`];
  },
  "campaign.completed": (e) => ["completed", "complete", e.the("campaign")],
  "campaign.archived": (e) => ["archived", "archive", e.the("campaign")],
  "enrollment.replied": (e) => ["recorded", "record", `a reply of ${inCampaign(e)}`],
  "enrollment.goal_recorded": (e) => [
    "recorded",
    "record",
    `a goal of ${inCampaign(e)}${e.outcome === "SUCCESS" ? e.because : ""}`,
  ],
  "enrollment.stopped": (e) => ["stopped", "stop", `the sequence of ${inCampaign(e)}`],
  "enrollment.paused": (e) => [
    "paused",
    "pause",
    `${inCampaign(e)}${e.fields.includes("pausedUntil") ? ` until ${e.after("pausedUntil")}` : ""}`,
  ],
  "enrollment.resumed": (e) => ["resumed", "resume", inCampaign(e)],
  "lead.created": (e) => ["added", "add", e.the("lead")],
  "lead.imported": (e) => {
    const leads = `leads${e.has("list") ? ` into ${e.the("list")}` : ""}`;
    return e.reason === "STARTED"
      ? ["began to import", "begin to import", leads]
      : ["imported", "import", leads];
  },
  "lead.exported": (e) => [
    "exported",
    "export",
    `the ${e.after("file") === "timetable" ? "timetable" : "dry run"} of ${e.the("campaign")}`,
  ],
  "suppression.added": (e) => [
    "suppressed",
    "suppress",
    `an address${e.outcome === "SUCCESS" ? e.because : ""}`,
  ],
  "settings.updated": (e) =>
    e.resource === "audit_view" ? viewOf(e) : ["changed", "change", `${settingsOf(e)}${e.details}`],
  "sender.created": (e) => ["created", "create", e.the("sender")],
  "sender.updated": (e) => senderChange(e),
  "webhook.changed": (e) => ["changed", "change", `the stream of the audit log${e.details}`],
  "job.retried": (e) => ["retried", "retry", jobsOf(e)],
  "job.discarded": (e) => ["discarded", "discard", jobsOf(e)],
  "schedule.run_now": (e) => ["ran", "run", `${e.plain("schedule")} at once`],
  "queue.paused_or_resumed": (e) =>
    e.after("paused") === "no"
      ? ["resumed", "resume", e.plain("queue")]
      : ["paused", "pause", e.plain("queue")],
  "sending.frozen_or_released": (e) => {
    const what =
      e.resource === "installation" ? "all sending of the installation" : "the sending of campaigns";
    const why = e.fields.includes("reason") ? `: ${e.after("reason")}` : "";
    return e.after("frozen") === "no"
      ? ["released", "release", `${what}${why}`]
      : ["froze", "freeze", `${what}${why}`];
  },
  "audit.read": (e) => [
    "read",
    "read",
    `the audit log${e.fields.length > 0 ? ` by ${searchedBy(e.fields)}` : ""}`,
  ],
  "system.retention.purged": (e) =>
    `Retention deleted ${e.before("entries")} entries of ${e.id("audit_month")}; their seals stay`,
  "audit.exported": (e) => ["exported", "export", `the audit log as ${e.after("format")}`],
};

const SENDER_STATES: Readonly<Record<string, readonly [string, string]>> = {
  ACTIVE: ["resumed", "resume"],
  PAUSED: ["paused", "pause"],
  ARCHIVED: ["archived", "archive"],
};

/** A change of its state by the verb for it, every other with what was changed. */
function senderChange(e: Teller): Said {
  const verb = e.fields.includes("state") ? SENDER_STATES[e.after("state")] : undefined;
  return verb ? [...verb, e.the("sender")] : ["changed", "change", `${e.the("sender")}${e.details}`];
}

const SETTINGS: Readonly<Record<string, string>> = {
  tenant: "the settings of the organisation",
  audit_retention: "how long the audit log is kept",
  health_thresholds: "the limits of health",
};

/** A view is kept or given up as a whole; of an attempt, and of an erased person's, there is no name. */
function viewOf(e: Teller): Said {
  const [before, after] = [e.before("name"), e.after("name")];
  const named = (name: string) => `the view “${name}” of the audit log`;
  if (after !== "nothing") return ["saved", "save", named(after)];
  if (before !== "nothing") return ["deleted", "delete", named(before)];
  return ["changed", "change", "a view of the audit log"];
}

const searchedBy = (fields: readonly string[]): string =>
  [...new Set(fields.map((field) => (field === "from" || field === "to" ? "time" : field)))].join(", ");

function settingsOf(e: Teller): string {
  const type = e.resource;
  if (type === null) return "settings";
  if (type === "queue" || type === "schedule") return `the settings of ${e.plain(type)}`;
  return SETTINGS[type] ?? e.the(type);
}

/** One job, or those of a queue at once. */
function jobsOf(e: Teller): string {
  if (e.has("job")) return `the job ${idEnd(e.id("job"))}`;
  const count = e.fields.includes("jobs") ? `${e.after("jobs")} ` : "";
  return `${count}failed jobs of ${e.plain("queue")}`;
}

/** A lead's place; a refusal knows only the campaign. */
const inCampaign = (e: Teller): string =>
  `${e.has("lead") ? e.the("lead") : "a lead"} in ${e.the("campaign")}`;
