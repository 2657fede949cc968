import { cacheExchange, type Cache, type KeyingConfig, type UpdateResolver } from "@urql/exchange-graphcache";

const embedded = () => null;

// Things without an id of their own live inside their parent; without these lines the cache warns for each.
const keys: KeyingConfig = {
  JobType: (type) => (type["name"] as string | undefined) ?? null,
  Queue: (queue) => (queue["name"] as string | undefined) ?? null,
  Schedule: (schedule) => (schedule["name"] as string | undefined) ?? null,
  CampaignAccounting: (accounting) => (accounting["campaignId"] as string | undefined) ?? null,
  ...Object.fromEntries(
    [
      "AccountingBucket",
      "AttentionItem",
      "AuditActor",
      "AuditChange",
      "AuditFacets",
      "AuditFacetValue",
      "AuditFault",
      "AuditFeedGap",
      "AuditPurge",
      "AuditRetention",
      "AuditTarget",
      "AuditVerification",
      "AuditVolumeBucket",
      "CampaignAudience",
      "CampaignDryRun",
      "CampaignFourEyes",
      "CampaignOverdue",
      "CampaignPreflight",
      "CampaignSchedule",
      "StopRules",
      "Conflict",
      "CpuHealth",
      "DayCount",
      "DiskHealth",
      "DomainLimit",
      "DryRunDay",
      "DryRunReason",
      "DryRunRow",
      "EffectivePermission",
      "EventLoopHealth",
      "FailedJobGroup",
      "Health",
      "HealthHistory",
      "HealthMarker",
      "HealthSeries",
      "HealthSignal",
      "HealthThreshold",
      "ImportFailure",
      "ImportRowError",
      "StepAccounting",
      "InputIssue",
      "InvalidCredentials",
      "InvalidInput",
      "InvalidTransition",
      "JobAttempt",
      "JobTypeMetrics",
      "LastAdmin",
      "LeadsOverview",
      "MailAccounting",
      "MailEvidence",
      "MemoryHealth",
      "NotReady",
      "OffendingRow",
      "OpenInvitation",
      "OutreachOverview",
      "OverdueChoice",
      "OverdueDay",
      "OverduePreview",
      "Overview",
      "PermissionDescription",
      "PermissionExplanation",
      "PreflightFinding",
      "QueueTick",
      "Receipt",
      "RetryPolicy",
      "RoleChangePreview",
      "RoleDescription",
      "ScheduleRun",
      "SentMail",
      "ServiceHealth",
      "ServiceHistory",
      "ServiceTick",
      "SendingLimits",
      "SlowedDomain",
      "Settings",
      "TeamMember",
      "TemplatePreview",
      "TemplateVariant",
      "TimetableRow",
    ].map((name) => [name, embedded]),
  ),
};

/** Which types are an interface's; with it fragments are matched exactly instead of guessed. */
export const possibleTypes = {
  Error: [
    "Conflict",
    "InvalidCredentials",
    "InvalidInput",
    "InvalidTransition",
    "LastAdmin",
    "NotReady",
    "OverdueChoice",
  ],
};

/** Mutations after which a list on screen may hold more or fewer rows than before. */
const listsTouchedBy: Record<string, string[]> = {
  createCampaign: ["campaigns", "overview"],
  updateCampaign: ["campaigns", "campaignDryRun"],
  deleteCampaign: ["campaigns", "overview"],
  launchCampaign: ["campaigns", "overview", "messages"],
  pauseCampaign: ["campaigns", "overview"],
  resumeCampaign: ["campaigns", "overview", "campaignTimetable", "campaignOverdue"],
  cancelCampaign: ["campaigns", "overview", "messages"],
  cloneCampaign: ["campaigns", "overview"],
  scheduleCampaign: ["campaigns", "overview"],
  unscheduleCampaign: ["campaigns", "overview"],
  archiveCampaign: ["campaigns", "overview"],
  resolveMessage: ["uncertainMessages", "overview", "messages", "campaigns"],
  resolveMessages: ["uncertainMessages", "overview", "messages", "campaigns"],
  recordReply: ["messages", "lead", "leads"],
  recordGoal: ["messages", "lead", "leads"],
  stopEnrollment: ["messages"],
  pauseEnrollment: ["messages", "campaignTimetable"],
  resumeEnrollment: ["messages", "campaignTimetable"],
  createLead: ["leads", "leadLists", "overview"],
  suppress: ["leads", "leadLists", "lead", "overview"],
  startImport: ["imports"],
  inviteUser: ["users"],
  assignRole: ["users"],
  suspendUser: ["users"],
  reactivateUser: ["users"],
  eraseUser: ["users", "user", "teams", "team"],
  createSender: ["senders"],
  archiveSender: ["senders"],
  createTeam: ["teams"],
  archiveTeam: ["teams", "users", "user"],
  addTeamMember: ["users", "user", "teams", "team"],
  removeTeamMember: ["users", "user", "teams", "team"],
  createAlertRule: ["alertRules"],
  deleteAlertRule: ["alertRules", "alertEvents"],
  updateHealthThresholds: ["healthThresholds"],
};

/** Forgets a list whatever its filter: a field without its arguments would be another field to the cache. */
function forget(cache: Cache, names: readonly string[]) {
  for (const field of cache.inspectFields("Query"))
    if (names.includes(field.fieldName)) cache.invalidate("Query", field.fieldName, field.arguments);
}

/** Asked with another time each time, answers would pile up for ever: of these fields only the newest is kept. */
const keepNewest: UpdateResolver = (_result, _args, cache, { fieldName, parentFieldKey }) => {
  for (const field of cache.inspectFields("Query"))
    if (field.fieldName === fieldName && field.fieldKey !== parentFieldKey)
      cache.invalidate("Query", field.fieldKey);
};

/** The normalised cache: entities by id, lists forgotten when a mutation may have changed them. */
export const entityCache = () =>
  cacheExchange({
    keys,
    possibleTypes,
    updates: {
      Query: { healthHistory: keepNewest },
      Mutation: Object.fromEntries(
        Object.entries(listsTouchedBy).map(([mutation, fields]) => [
          mutation,
          (_result: unknown, _args: unknown, cache: Cache) => forget(cache, fields),
        ]),
      ),
    },
  });
