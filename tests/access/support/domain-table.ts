import type { Permission } from "../../../domain/access/permissions.js";
import type { Role } from "../../../domain/access/roles.js";

/**
 * Who may do what, written down once more and by hand, from the domain model: enum name, wire form, roles (A, M, U) and
 * the root fields that the permission covers. Nothing here is read from the product; both are compared.
 */
const COVERED: readonly (readonly [enumName: string, wire: Permission, roles: string, fields: string])[] = [
  [
    "CAMPAIGN_READ",
    "campaign:read",
    "AMU",
    `Query.campaign Query.campaigns Query.sending Query.campaignAccounting Query.campaignDryRun
     Query.campaignTimetable Query.campaignOverdue Query.campaignPreflight Query.campaignPreview Query.message
     Query.messages Query.uncertainMessages Query.mailEvidence Query.previewTemplate Query.sender Query.senders Query.sendingLimits
     Subscription.campaignActivity`,
  ],
  ["CAMPAIGN_CREATE", "campaign:create", "AM", "Mutation.createCampaign Mutation.cloneCampaign"],
  [
    "CAMPAIGN_UPDATE",
    "campaign:update",
    "AM",
    `Mutation.updateCampaign Mutation.sendTestEmail Mutation.recordReply Mutation.recordGoal Mutation.stopEnrollment Mutation.pauseEnrollment Mutation.resumeEnrollment`,
  ],
  ["CAMPAIGN_DELETE", "campaign:delete", "AM", "Mutation.deleteCampaign Mutation.archiveCampaign"],
  [
    "CAMPAIGN_LAUNCH",
    "campaign:launch",
    "AM",
    "Mutation.launchCampaign Mutation.resumeCampaign Mutation.scheduleCampaign Mutation.resolveMessage Mutation.resolveMessages",
  ],
  [
    "CAMPAIGN_PAUSE",
    "campaign:pause",
    "AM",
    "Mutation.pauseCampaign Mutation.cancelCampaign Mutation.unscheduleCampaign Mutation.freezeSending",
  ],
  [
    "LEAD_READ",
    "lead:read",
    "AMU",
    "Query.lead Query.leads Query.leadList Query.leadLists Query.suppressions",
  ],
  ["LEAD_CREATE", "lead:create", "AM", "Mutation.createLead"],
  ["LEAD_UPDATE", "lead:update", "AM", "Mutation.suppress"],
  ["LEAD_DELETE", "lead:delete", "AM", ""],
  [
    "LEAD_IMPORT",
    "lead:import",
    "AM",
    "Query.import Query.imports Mutation.startImport Subscription.importProgress",
  ],
  ["LEAD_EXPORT", "lead:export", "AM", ""],
  ["ANALYTICS_READ", "analytics:read", "AMU", ""],
  ["ANALYTICS_EXPORT", "analytics:export", "AM", ""],
  ["TEAM_READ", "team:read", "AMU", "Query.team Query.teams"],
  ["TEAM_MANAGE", "team:manage", "AM", "Mutation.createTeam Mutation.updateTeam Mutation.archiveTeam"],
  ["TEAM_MEMBERS_MANAGE", "team:members", "AM", "Mutation.addTeamMember Mutation.removeTeamMember"],
  ["USER_READ", "user:read", "AMU", "Query.user Query.users"],
  ["USER_INVITE", "user:invite", "AM", "Mutation.inviteUser Mutation.resendInvitation"],
  [
    "USER_MANAGE",
    "user:manage",
    "A",
    "Mutation.updateUser Mutation.suspendUser Mutation.reactivateUser Mutation.eraseUser",
  ],
  ["USER_ROLE_ASSIGN", "user:role", "A", "Query.roleChangePreview Mutation.assignRole"],
  [
    "SYSTEM_HEALTH_READ",
    "system:health",
    "A",
    `Query.health Query.healthHistory Query.healthThresholds Query.alertRules Query.alertEvents
     Query.workers Query.promises Subscription.healthUpdated Subscription.workersUpdated Subscription.promisesUpdated`,
  ],
  [
    "SYSTEM_AUDIT_READ",
    "system:audit",
    "A",
    `Query.auditLogs Query.auditVerify Query.auditFacets Query.auditVolume Query.auditViews Query.auditRetention
     Mutation.saveAuditView Mutation.deleteAuditView Subscription.auditAppended`,
  ],
  [
    "SYSTEM_JOBS_MANAGE",
    "system:jobs",
    "A",
    `Query.queues Query.jobs Query.job Query.failedJobGroups Query.jobMetrics Query.jobTypes Query.schedules
     Mutation.retryJob Mutation.discardJob Mutation.restoreJob Mutation.promoteJob Mutation.retryDeadJobs
     Mutation.discardDeadJobs Mutation.pauseQueue Mutation.resumeQueue Mutation.updateQueue Mutation.runScheduleNow
     Mutation.pauseSchedule Mutation.resumeSchedule Mutation.updateSchedule Subscription.jobUpdated Subscription.queueUpdated`,
  ],
  [
    "SYSTEM_SETTINGS_MANAGE",
    "system:settings",
    "A",
    `Query.settings Mutation.updateSettings Mutation.updateHealthThresholds Mutation.createAlertRule
     Mutation.updateAlertRule Mutation.deleteAlertRule Mutation.muteAlertRule Query.auditStreams Mutation.createAuditStream
     Mutation.updateAuditStream Mutation.pauseAuditStream Mutation.resumeAuditStream Mutation.deleteAuditStream
     Mutation.updateAuditRetention Mutation.releaseSending Mutation.createSender Mutation.updateSender
     Mutation.pauseSender Mutation.resumeSender Mutation.archiveSender Mutation.updateSendingLimits`,
  ],
];
const SIGNED_IN = `Query.me Query.permissions Query.roles Query.overview Query.node Query.explainPermission
  Query.rateLimit Query.notifications Query.sessions Mutation.changePassword Mutation.updateProfile
  Mutation.revokeSession Mutation.revokeSessions Mutation.markNotificationsRead Subscription.notifications`;
const PUBLIC = `Mutation.signIn Mutation.refreshSession Mutation.signOut Mutation.acceptInvitation
  Mutation.requestPasswordReset Mutation.resetPassword`;

export type Need = Permission | "signedIn" | "public";

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
const entries = (fields: string, need: Need) => words(fields).map((field): [string, Need] => [field, need]);

/** Root field → what it asks for. */
export const NEEDS: ReadonlyMap<string, Need> = new Map([
  ...COVERED.flatMap(([, wire, , fields]) => entries(fields, wire)),
  ...entries(SIGNED_IN, "signedIn"),
  ...entries(PUBLIC, "public"),
]);

export const WIRES: readonly Permission[] = COVERED.map(([, wire]) => wire);

/** As explanations name it. */
export const enumNameOf = (wire: Permission): string => COVERED.find(([, known]) => known === wire)![0];

const LETTERS: readonly (readonly [string, Role])[] = [
  ["A", "ADMIN"],
  ["M", "MANAGER"],
  ["U", "USER"],
];
export const rolesHaving = (wire: Permission): Role[] => {
  const letters = COVERED.find(([, known]) => known === wire)![2];
  return LETTERS.filter(([letter]) => letters.includes(letter)).map(([, role]) => role);
};

export const permissionsOf = (role: Role): ReadonlySet<Permission> =>
  new Set(WIRES.filter((wire) => rolesHaving(wire).includes(role)));
