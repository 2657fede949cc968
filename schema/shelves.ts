import type { ClassType } from "type-graphql";
import type { ShelfRules } from "./access/rules.js";
import { analyticsRules } from "./analytics/analytics.rules.js";
import { OverviewResolver } from "./analytics/overview.resolver.js";
import { AuditResolver } from "./audit/audit.resolver.js";
import { AuditViewsResolver } from "./audit/audit-views.resolver.js";
import { AuditRetentionResolver } from "./audit/retention.resolver.js";
import { AuditVerificationResolver } from "./audit/verification.resolver.js";
import { auditRules } from "./audit/audit.rules.js";
import { AuditSubscriptions } from "./audit/audit.subscriptions.js";
import { AuditStreamsResolver, streamsRules } from "./audit/streams.resolver.js";
import {
  CampaignAccountingResolver,
  CampaignAudienceResolver,
  CampaignFieldsResolver,
} from "./campaigns/campaign-fields.resolver.js";
import { CampaignsResolver } from "./campaigns/campaigns.resolver.js";
import {
  DryRunRowResolver,
  TimetableResolver,
  TimetableRowResolver,
} from "./campaigns/timetable.resolver.js";
import { campaignsRules } from "./campaigns/campaigns.rules.js";
import { PreflightResolver } from "./campaigns/preflight.resolver.js";
import { SendingResolver } from "./campaigns/sending.resolver.js";
import { CampaignsSubscriptions } from "./campaigns/campaigns.subscriptions.js";
import { EnrollmentsResolver } from "./enrollments/enrollments.resolver.js";
import { enrollmentsRules } from "./enrollments/enrollments.rules.js";
import { emailsRules } from "./emails/emails.rules.js";
import { MessageProofResolver } from "./emails/message-proof.resolver.js";
import { MessagesResolver } from "./emails/messages.resolver.js";
import { PreviewResolver } from "./emails/preview.resolver.js";
import { ResolveResolver } from "./emails/resolve.resolver.js";
import { healthRules } from "./health/health.rules.js";
import { HealthResolver } from "./health/health.resolver.js";
import { AlertsResolver } from "./health/alerts.resolver.js";
import { HealthHistoryResolver } from "./health/history.resolver.js";
import { HealthThresholdsResolver } from "./health/thresholds.resolver.js";
import { ImportsResolver } from "./leads/imports.resolver.js";
import { JobAttemptResolver, JobsResolver } from "./jobs/jobs.resolver.js";
import { jobsRules } from "./jobs/jobs.rules.js";
import { JobsSubscriptions } from "./jobs/jobs.subscriptions.js";
import { QueuesResolver } from "./jobs/queues.resolver.js";
import { SchedulesResolver } from "./jobs/schedules.resolver.js";
import { LeadListsResolver, LeadsResolver } from "./leads/leads.resolver.js";
import { leadsRules } from "./leads/leads.rules.js";
import { NodeResolver, nodeRules } from "./node.resolver.js";
import { MeResolver } from "./users/me.resolver.js";
import { meRules } from "./users/me.rules.js";
import { PromisesResolver, promisesRules } from "./promises/promises.resolver.js";
import { NotificationsResolver, notificationsRules } from "./notifications/notifications.resolver.js";
import { RateLimitResolver, rateLimitRules } from "./rate-limit.resolver.js";
import { ExplainResolver, explainRules } from "./access/explain.resolver.js";
import { OwnedByTeamResolvers } from "./teams/owned-by-team.resolver.js";
import { SettingsResolver } from "./teams/settings.resolver.js";
import { SendersResolver } from "./senders/senders.resolver.js";
import { sendersRules } from "./senders/senders.rules.js";
import { SendingLimitsResolver } from "./senders/sending-limits.resolver.js";
import { TeamsResolver } from "./teams/teams.resolver.js";
import { teamsRules } from "./teams/teams.rules.js";
import { OwnSessionsResolver } from "./users/own-sessions.resolver.js";
import { PeopleResolver } from "./users/people.resolver.js";
import { SessionResolver } from "./users/session.resolver.js";
import { sessionRules } from "./users/session.rules.js";
import { UsersResolver } from "./users/users.resolver.js";
import { usersRules } from "./users/users.rules.js";

/** A feature's part of the contract. */
export interface Shelf {
  readonly resolvers: readonly ClassType[];
  readonly rules: ShelfRules;
}

/** Every feature of the contract, listed by hand: what is not here is not served. */
export const SHELVES: readonly Shelf[] = [
  { resolvers: [SessionResolver], rules: sessionRules },
  { resolvers: [MeResolver], rules: meRules },
  { resolvers: [UsersResolver, PeopleResolver, OwnSessionsResolver], rules: usersRules },
  {
    resolvers: [
      TeamsResolver,
      OwnedByTeamResolvers.campaign,
      OwnedByTeamResolvers.lead,
      OwnedByTeamResolvers.list,
      OwnedByTeamResolvers.import,
      SettingsResolver,
    ],
    rules: teamsRules,
  },
  { resolvers: [SendersResolver, SendingLimitsResolver], rules: sendersRules },
  { resolvers: [ExplainResolver], rules: explainRules },
  { resolvers: [OverviewResolver], rules: analyticsRules },
  {
    resolvers: [
      CampaignsResolver,
      TimetableResolver,
      DryRunRowResolver,
      TimetableRowResolver,
      CampaignFieldsResolver,
      CampaignAccountingResolver,
      CampaignAudienceResolver,
      CampaignsSubscriptions,
      PreflightResolver,
      SendingResolver,
    ],
    rules: campaignsRules,
  },
  { resolvers: [EnrollmentsResolver], rules: enrollmentsRules },
  {
    resolvers: [MessagesResolver, MessageProofResolver, PreviewResolver, ResolveResolver],
    rules: emailsRules,
  },
  { resolvers: [LeadsResolver, LeadListsResolver, ImportsResolver], rules: leadsRules },
  { resolvers: [NotificationsResolver], rules: notificationsRules },
  { resolvers: [NodeResolver], rules: nodeRules },
  { resolvers: [RateLimitResolver], rules: rateLimitRules },
  {
    resolvers: [HealthResolver, HealthHistoryResolver, HealthThresholdsResolver, AlertsResolver],
    rules: healthRules,
  },
  { resolvers: [PromisesResolver], rules: promisesRules },
  {
    resolvers: [JobsResolver, JobAttemptResolver, QueuesResolver, SchedulesResolver, JobsSubscriptions],
    rules: jobsRules,
  },
  {
    resolvers: [
      AuditResolver,
      AuditViewsResolver,
      AuditVerificationResolver,
      AuditRetentionResolver,
      AuditSubscriptions,
    ],
    rules: auditRules,
  },
  { resolvers: [AuditStreamsResolver], rules: streamsRules },
];
