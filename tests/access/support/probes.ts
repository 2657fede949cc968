import { feedCursors } from "../../../schema/feed/cursor.js";
import type { Belongings, Kind } from "./world.js";

/**
 * A way to name something by its id: `$id` is the id that is tried. `own` is what the asker may name, so that only the
 * tried id can be the reason of a refusal.
 */
export interface Probe {
  /** Root field and argument, as the schema nests them. */
  readonly argument: string;
  readonly kind: Kind;
  document(own: Belongings): string;
  /** Who of the team's own organisation reaches it; null: there is no such thing yet. */
  readonly reachedBy: "MANAGER" | "ADMIN" | null;
  /** It is the whole organisation's: only to others it is as if it were not there. */
  readonly isOfAll?: boolean;
}

type Text = string | ((own: Belongings) => string);

const probe = (
  argument: string,
  kind: Kind,
  text: Text,
  reachedBy: Probe["reachedBy"] = "MANAGER",
): Probe => ({
  argument,
  kind,
  reachedBy,
  document(own) {
    const operation = argument.split(".")[0]!.toLowerCase();
    return `${operation} ($id: ID!) { ${typeof text === "string" ? text : text(own)} }`;
  },
});
const ofAll = (...given: Parameters<typeof probe>): Probe => ({ ...probe(...given), isOfAll: true });
const OUTCOME =
  "{ __typename ... on Error { code message path } ... on InvalidInput { issues { path rule message } } }";
const STEPS = 'steps: [{ delayMinutes: 0, subject: "s", html: "<p>h</p>" }]';
const NAMED_STEPS = 'steps: [{ id: $id, delayMinutes: 0, subject: "s", html: "<p>h</p>" }]';
const SENDER = `name: "n", fromName: "n", fromEmail: "n@example.com", ${STEPS}`;

const LISTED = "{ edges { node { action } } }";
const FIGURES = "{ counted }";
const BUCKETS = "{ count }";
const RANGE = 'from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", buckets: 1';
const AUDIT_FILTERS = [
  ["actorId", "user"],
  ["sessionId", "session"],
] as const;

const queries: readonly Probe[] = [
  ...AUDIT_FILTERS.flatMap(([field, kind]) => [
    probe(`Query.auditLogs.filter.${field}`, kind, `auditLogs(filter: { ${field}: $id }) ${LISTED}`, "ADMIN"),
    probe(
      `Query.auditFacets.filter.${field}`,
      kind,
      `auditFacets(filter: { ${field}: $id }) ${FIGURES}`,
      "ADMIN",
    ),
    probe(
      `Query.auditVolume.filter.${field}`,
      kind,
      `auditVolume(${RANGE}, filter: { ${field}: $id }) ${BUCKETS}`,
      "ADMIN",
    ),
  ]),
  probe("Query.campaign.id", "campaign", "campaign(id: $id) { name }"),
  probe("Query.campaignDryRun.id", "draft", "campaignDryRun(id: $id) { audience }"),
  probe("Query.campaignTimetable.id", "campaign", "campaignTimetable(id: $id) { edges { cursor } }"),
  probe("Query.campaignOverdue.id", "campaign", "campaignOverdue(id: $id) { count }"),
  probe("Query.campaignAccounting.id", "campaign", "campaignAccounting(id: $id) { audience }"),
  probe("Query.campaignPreflight.id", "campaign", "campaignPreflight(id: $id) { isReady }"),
  probe(
    "Query.campaignPreview.id",
    "campaign",
    ({ lead }) => `campaignPreview(id: $id, leadId: "${lead}") { html }`,
  ),
  probe(
    "Query.campaignPreview.leadId",
    "lead",
    ({ draft }) => `campaignPreview(id: "${draft}", leadId: $id) { html }`,
  ),
  probe(
    "Query.campaigns.filter.teamId",
    "team",
    "campaigns(filter: { teamId: $id }) { totalCount edges { node { name } } }",
  ),
  // About somebody else only administrators are told.
  probe(
    "Query.explainPermission.userId",
    "user",
    "explainPermission(permission: LEAD_READ, userId: $id) { reason }",
    "ADMIN",
  ),
  probe("Query.import.id", "import", "import(id: $id) { fileName errors { totalCount } }"),
  probe("Query.lead.id", "lead", "lead(id: $id) { email }"),
  probe("Query.leadList.id", "list", "leadList(id: $id) { name }"),
  probe(
    "Query.leads.filter.listId",
    "list",
    "leads(filter: { listId: $id }) { totalCount edges { node { email } } }",
  ),
  probe(
    "Query.leads.filter.teamId",
    "team",
    "leads(filter: { teamId: $id }) { totalCount edges { node { email } } }",
  ),
  probe("Query.message.id", "message", "message(id: $id) { state }"),
  probe(
    "Query.messages.campaignId",
    "campaign",
    "messages(campaignId: $id) { totalCount edges { node { state } } }",
  ),
  ...(["campaign", "message", "lead", "list", "suppression", "team", "user", "import"] as const).map((kind) =>
    probe("Query.node.id", kind, "node(id: $id) { __typename id }"),
  ),
  probe("Query.job.id", "job", "job(id: $id) { type error }", "ADMIN"),
  probe("Query.node.id", "job", "node(id: $id) { __typename id }", "ADMIN"),
  probe("Query.node.id", "entry", "node(id: $id) { __typename id }", "ADMIN"),
  probe(
    "Query.previewTemplate.leadId",
    "lead",
    'previewTemplate(leadId: $id, subject: "s", html: "<p>{{ email }}</p>") { html }',
  ),
  ofAll(
    "Query.previewTemplate.senderIds",
    "sender",
    'previewTemplate(senderIds: [$id], subject: "s", html: "<p>x</p>") { html sender { address } }',
  ),
  probe(
    "Query.roleChangePreview.userId",
    "user",
    "roleChangePreview(userId: $id, role: MANAGER) { gained }",
    "ADMIN",
  ),
  ofAll("Query.sender.id", "sender", "sender(id: $id) { address }"),
  ofAll("Query.node.id", "sender", "node(id: $id) { __typename id }"),
  probe("Query.team.id", "team", "team(id: $id) { name }"),
  probe("Query.user.id", "user", "user(id: $id) { email }"),
  probe(
    "Query.users.filter.teamId",
    "team",
    "users(filter: { teamId: $id }) { totalCount edges { node { email } } }",
  ),
];

const OF_CAMPAIGN = [
  "cloneCampaign",
  "pauseCampaign",
  "launchCampaign",
  "resumeCampaign",
  "unscheduleCampaign",
  "cancelCampaign",
  "archiveCampaign",
] as const;
const OF_PERSON = ["suspendUser", "reactivateUser", "eraseUser"] as const;
const AUDIENCE: readonly (readonly [string, Kind, Probe["reachedBy"]])[] = [
  ["listIds", "list", "MANAGER"],
  ["leadIds", "lead", "MANAGER"],
  ["segmentIds", "list", null],
];

/** What people say of a lead's place; the last leave nothing to try after them. */
const OF_PLACE: readonly (readonly [name: string, more: string])[] = [
  ["resumeEnrollment", ""],
  ["pauseEnrollment", ', until: "2000-01-01T00:00:00Z"'],
  ["recordReply", ', at: "2100-01-01T00:00:00Z"'],
  ["recordGoal", ", label: MEETING_BOOKED"],
  ["stopEnrollment", ""],
];

const mutations: readonly Probe[] = [
  ...OF_PLACE.flatMap(([name, more]) => [
    probe(
      `Mutation.${name}.campaignId`,
      "campaign",
      ({ lead }) => `${name}(campaignId: $id, leadId: "${lead}"${more}) ${OUTCOME}`,
    ),
    probe(
      `Mutation.${name}.leadId`,
      "lead",
      ({ campaign }) => `${name}(campaignId: "${campaign}", leadId: $id${more}) ${OUTCOME}`,
    ),
  ]),
  probe(
    "Mutation.resolveMessage.id",
    "message",
    `resolveMessage(id: $id, outcome: ACCEPTED, evidence: "e") ${OUTCOME}`,
  ),
  probe(
    "Mutation.resolveMessages.campaignId",
    "campaign",
    `resolveMessages(campaignId: $id, outcome: ACCEPTED, evidence: "e") ${OUTCOME}`,
  ),
  probe(
    "Mutation.sendTestEmail.campaignId",
    "campaign",
    ({ lead }) => `sendTestEmail(campaignId: $id, leadId: "${lead}") ${OUTCOME}`,
  ),
  probe(
    "Mutation.sendTestEmail.leadId",
    "lead",
    ({ draft }) => `sendTestEmail(campaignId: "${draft}", leadId: $id) ${OUTCOME}`,
  ),
  ...OF_CAMPAIGN.map((name) => probe(`Mutation.${name}.id`, "campaign", `${name}(id: $id) ${OUTCOME}`)),
  probe(
    "Mutation.scheduleCampaign.id",
    "campaign",
    `scheduleCampaign(id: $id, at: "2000-01-01T00:00:00Z") ${OUTCOME}`,
  ),
  probe(
    "Mutation.updateCampaign.input.id",
    "draft",
    `updateCampaign(input: { id: $id, name: "taken" }) ${OUTCOME}`,
  ),
  ...AUDIENCE.flatMap(([ids, kind, reachedBy]) => [
    probe(
      `Mutation.createCampaign.input.audience.${ids}`,
      kind,
      `createCampaign(input: { ${SENDER}, audience: { ${ids}: [$id] } }) ${OUTCOME}`,
      reachedBy,
    ),
    probe(
      `Mutation.updateCampaign.input.audience.${ids}`,
      kind,
      ({ draft }) => `updateCampaign(input: { id: "${draft}", audience: { ${ids}: [$id] } }) ${OUTCOME}`,
      reachedBy,
    ),
  ]),
  probe(
    "Mutation.createCampaign.input.steps.id",
    "list",
    `createCampaign(input: { name: "n", fromName: "n", fromEmail: "n@example.com", audience: {}, ${NAMED_STEPS} }) ${OUTCOME}`,
    null,
  ),
  probe(
    "Mutation.updateCampaign.input.steps.id",
    "list",
    ({ draft }) => `updateCampaign(input: { id: "${draft}", ${NAMED_STEPS} }) ${OUTCOME}`,
    null,
  ),
  probe(
    "Mutation.createCampaign.input.teamId",
    "team",
    `createCampaign(input: { ${SENDER}, teamId: $id, audience: {} }) ${OUTCOME}`,
  ),
  probe(
    "Mutation.createLead.input.listIds",
    "list",
    `createLead(input: { email: "a@probe.example", listIds: [$id] }) ${OUTCOME}`,
  ),
  probe(
    "Mutation.createLead.input.teamId",
    "team",
    `createLead(input: { email: "b@probe.example", teamId: $id }) ${OUTCOME}`,
  ),
  probe(
    "Mutation.startImport.input.teamId",
    "team",
    `startImport(input: { csv: "email", teamId: $id }) ${OUTCOME}`,
  ),
  probe(
    "Mutation.inviteUser.input.teamIds",
    "team",
    `inviteUser(input: { email: "c@probe.example", role: USER, teamIds: [$id] }) ${OUTCOME}`,
  ),
  probe("Mutation.resendInvitation.id", "invited", `resendInvitation(id: $id) ${OUTCOME}`),
  probe(
    "Mutation.addTeamMember.userId",
    "user",
    ({ team }) => `addTeamMember(teamId: "${team}", userId: $id, isLead: true) ${OUTCOME}`,
  ),
  probe(
    "Mutation.addTeamMember.teamId",
    "team",
    ({ manager }) => `addTeamMember(teamId: $id, userId: "${manager.userId}", isLead: true) ${OUTCOME}`,
    "ADMIN",
  ),
  probe(
    "Mutation.removeTeamMember.userId",
    "user",
    ({ team }) => `removeTeamMember(teamId: "${team}", userId: $id) ${OUTCOME}`,
  ),
  probe(
    "Mutation.removeTeamMember.teamId",
    "team",
    ({ invited }) => `removeTeamMember(teamId: $id, userId: "${invited}") ${OUTCOME}`,
  ),
  probe("Mutation.updateTeam.input.id", "team", `updateTeam(input: { id: $id, name: "taken" }) ${OUTCOME}`),
  probe(
    "Mutation.markNotificationsRead.ids",
    "notification",
    `markNotificationsRead(ids: [$id]) { __typename ... on MarkNotificationsReadSuccess { read } }`,
  ),
  probe("Mutation.revokeSession.id", "session", `revokeSession(id: $id) ${OUTCOME}`, "ADMIN"),
  probe(
    "Mutation.revokeSessions.userId",
    "user",
    `revokeSessions(userId: $id) { __typename ... on RevokeSessionsSuccess { revoked } }`,
    "ADMIN",
  ),
  probe(
    "Mutation.updateUser.input.id",
    "user",
    `updateUser(input: { id: $id, name: "Taken" }) ${OUTCOME}`,
    "ADMIN",
  ),
  probe("Mutation.assignRole.userId", "user", `assignRole(userId: $id, role: MANAGER) ${OUTCOME}`, "ADMIN"),
  ...OF_PERSON.map((name) => probe(`Mutation.${name}.id`, "user", `${name}(id: $id) ${OUTCOME}`, "ADMIN")),
  probe(
    "Mutation.updateAlertRule.input.id",
    "alertRule",
    `updateAlertRule(input: { id: $id, threshold: 96 }) ${OUTCOME}`,
    "ADMIN",
  ),
  probe("Mutation.muteAlertRule.id", "alertRule", `muteAlertRule(id: $id) ${OUTCOME}`, "ADMIN"),
  probe(
    "Mutation.updateAuditStream.input.id",
    "auditStream",
    `updateAuditStream(input: { id: $id, url: "https://127.0.0.1:9/taken" }) ${OUTCOME}`,
    "ADMIN",
  ),
  probe(
    "Mutation.updateSender.input.id",
    "sender",
    `updateSender(input: { id: $id, perDay: 40 }) ${OUTCOME}`,
    "ADMIN",
  ),
  ofAll(
    "Mutation.createCampaign.input.senderIds",
    "sender",
    ({ lead }) =>
      `createCampaign(input: { ${SENDER}, audience: { leadIds: ["${lead}"] }, senderIds: [$id] }) ${OUTCOME}`,
  ),
  ofAll(
    "Mutation.updateCampaign.input.senderIds",
    "sender",
    ({ draft }) => `updateCampaign(input: { id: "${draft}", senderIds: [$id] }) ${OUTCOME}`,
  ),
  probe("Mutation.pauseSender.id", "sender", `pauseSender(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.resumeSender.id", "sender", `resumeSender(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.pauseAuditStream.id", "auditStream", `pauseAuditStream(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.resumeAuditStream.id", "auditStream", `resumeAuditStream(id: $id) ${OUTCOME}`, "ADMIN"),
  // Each leaves it as the next one needs it; the last one's is a job that waits, and stays as it is.
  probe("Mutation.discardJob.id", "job", `discardJob(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.restoreJob.id", "job", `restoreJob(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.retryJob.id", "job", `retryJob(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.promoteJob.id", "job", `promoteJob(id: $id) ${OUTCOME}`, "ADMIN"),
  // These leave nothing to try after them.
  probe("Mutation.deleteAuditStream.id", "auditStream", `deleteAuditStream(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.archiveSender.id", "sender", `archiveSender(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.deleteAlertRule.id", "alertRule", `deleteAlertRule(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.deleteAuditView.id", "auditView", `deleteAuditView(id: $id) ${OUTCOME}`, "ADMIN"),
  probe("Mutation.deleteCampaign.id", "draft", `deleteCampaign(id: $id) ${OUTCOME}`),
  probe("Mutation.archiveTeam.id", "team", `archiveTeam(id: $id) ${OUTCOME}`),
];

export const SUBSCRIPTIONS: readonly Probe[] = [
  probe(
    "Subscription.campaignActivity.campaignId",
    "campaign",
    "campaignActivity(campaignId: $id) { campaign { name } }",
  ),
  probe(
    "Subscription.importProgress.importId",
    "import",
    "importProgress(importId: $id) { import { fileName } }",
  ),
];
const everythingOf = ({ tenantId }: Belongings) => feedCursors("auditAppended", tenantId).of(0);

/** What only narrows a feed is never refused: of what is not one's own, nothing comes. */
export const FEED_FILTERS: readonly Probe[] = AUDIT_FILTERS.map(([field, kind]) =>
  probe(
    `Subscription.auditAppended.filter.${field}`,
    kind,
    (own) =>
      `auditAppended(filter: { ${field}: $id }, after: "${everythingOf(own)}") { auditLog { actor { id } sessionId } }`,
    "ADMIN",
  ),
);
export const REQUESTS: readonly Probe[] = [...queries, ...mutations];
