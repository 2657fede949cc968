import type { Duplex } from "node:stream";
import { MikroORM, type Options } from "@mikro-orm/postgresql";
import { Migrator } from "@mikro-orm/migrations";
import { Campaign, CampaignVersion, Enrollment, Step } from "#domain/campaigns/index.js";
import { Message, MessageEvent } from "#domain/emails/index.js";
import { AuditStream } from "#domain/audit/streams/audit-stream.entity.js";
import { AlertRule } from "#domain/health/index.js";
import { JobRow } from "#domain/jobs/job-row.entity.js";
import { ImportBatch, Lead, LeadList, Suppression } from "#domain/leads/index.js";
import { Sender } from "#domain/senders/index.js";
import { Membership, Team, Tenant } from "#domain/teams/index.js";
import { RefreshToken, Session, User } from "#domain/users/index.js";
import { TheSpine } from "./migrations/0001-the-spine.js";
import { Access } from "./migrations/0002-access.js";
import { Operations } from "./migrations/0003-operations.js";
import { Watch } from "./migrations/0004-watch.js";
import { EffectiveFrom } from "./migrations/0005-effective-from.js";
import { LeaseWatch } from "./migrations/0006-lease-watch.js";
import { Audit } from "./migrations/0007-audit.js";
import { AuditSearch } from "./migrations/0008-audit-search.js";
import { AuditRetention } from "./migrations/0009-audit-retention.js";
import { AuditWatch } from "./migrations/0010-audit-watch.js";
import { QuietCommits } from "./migrations/0011-quiet-commits.js";
import { AuditQuarters } from "./migrations/0012-audit-quarters.js";
import { NarrowTargets } from "./migrations/0013-narrow-targets.js";
import { Sending } from "./migrations/0014-sending.js";
import { Schedule } from "./migrations/0016-schedule.js";
import { CampaignLifecycle } from "./migrations/0015-campaign-lifecycle.js";
import { Promises } from "./migrations/0017-promises.js";
import { Enrollments } from "./migrations/0020-enrollments.js";
import { Certainty } from "./migrations/0021-certainty.js";
import { Senders } from "./migrations/0019-senders.js";
import { SlowedDomains } from "./migrations/0022-slowed-domains.js";
import { Evidence } from "./migrations/0024-evidence.js";
import { LimitsChanged } from "./migrations/0025-limits-changed.js";

/** Listed by hand: what is not here does not exist for the unit of work. */
export const ENTITIES = [
  Tenant,
  User,
  Membership,
  Team,
  Session,
  RefreshToken,
  Lead,
  LeadList,
  Suppression,
  ImportBatch,
  Campaign,
  CampaignVersion,
  Step,
  Enrollment,
  Message,
  MessageEvent,
  JobRow,
  AlertRule,
  AuditStream,
  Sender,
];

const MIGRATIONS = [
  { name: "0001-the-spine", class: TheSpine },
  { name: "0002-access", class: Access },
  { name: "0003-operations", class: Operations },
  { name: "0004-watch", class: Watch },
  { name: "0005-effective-from", class: EffectiveFrom },
  { name: "0006-lease-watch", class: LeaseWatch },
  { name: "0007-audit", class: Audit },
  { name: "0008-audit-search", class: AuditSearch },
  { name: "0009-audit-retention", class: AuditRetention },
  { name: "0010-audit-watch", class: AuditWatch },
  { name: "0011-quiet-commits", class: QuietCommits },
  { name: "0012-audit-quarters", class: AuditQuarters },
  { name: "0013-narrow-targets", class: NarrowTargets },
  { name: "0014-sending", class: Sending },
  { name: "0016-schedule", class: Schedule },
  { name: "0015-campaign-lifecycle", class: CampaignLifecycle },
  { name: "0017-promises", class: Promises },
  { name: "0020-enrollments", class: Enrollments },
  { name: "0021-certainty", class: Certainty },
  { name: "0019-senders", class: Senders },
  { name: "0022-slowed-domains", class: SlowedDomains },
  { name: "0024-evidence", class: Evidence },
  { name: "0025-limits-changed", class: LimitsChanged },
];

/** What the server does to each connection of the pool; times in milliseconds. */
export interface SessionLimits {
  readonly statement_timeout: number;
  readonly lock_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
  readonly application_name: string;
}

const nothing = () => {};
/** Knex prints lost connections as plain text on stdout; whoever runs a statement on one hears of it anyway. */
const SILENT = { debug: nothing, warn: nothing, error: nothing, deprecate: nothing };

export interface OrmConnections {
  readonly poolSize: number;
  /** Without them (migrations) a statement may take as long as it takes. */
  readonly limits?: SessionLimits;
  /** For a free connection or a new one. */
  readonly connectionWaitMs?: number;
  readonly openLine?: () => Duplex;
}

export function ormOptions(databaseUrl: string, connections: OrmConnections): Options {
  const { poolSize, limits, connectionWaitMs, openLine } = connections;
  return {
    clientUrl: databaseUrl,
    entities: ENTITIES,
    extensions: [Migrator],
    migrations: {
      migrationsList: MIGRATIONS,
      tableName: "migration",
      disableForeignKeys: false,
      silent: true,
    },
    // Plain rows: no discovery on disk, no cache folder, no logger of its own.
    discovery: { disableDynamicFileAccess: true, warnWhenNoEntities: true },
    metadataCache: { enabled: false },
    debug: false,
    logger: () => {},
    pool: { min: 0, max: poolSize },
    driverOptions: {
      connection: {
        ...limits,
        options: "-c timezone=UTC",
        ...(connectionWaitMs && { connectionTimeoutMillis: connectionWaitMs }),
        ...(openLine && { stream: openLine }),
      },
      ...(connectionWaitMs && { acquireConnectionTimeout: connectionWaitMs }),
      log: SILENT,
    },
    allowGlobalContext: false,
    forceUtcTimezone: true,
    ignoreUndefinedInQuery: true,
  };
}

export function openOrm(databaseUrl: string, connections: OrmConnections): Promise<MikroORM> {
  return MikroORM.init(ormOptions(databaseUrl, connections));
}
