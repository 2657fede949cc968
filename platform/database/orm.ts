import type { Duplex } from "node:stream";
import { MikroORM, type Options } from "@mikro-orm/postgresql";
import { Migrator } from "@mikro-orm/migrations";
import { EventRow } from "#domain/audit/event-row.entity.js";
import { Campaign, CampaignVersion, Enrollment, Step } from "#domain/campaigns/index.js";
import { Message, MessageEvent } from "#domain/emails/index.js";
import { AlertRule } from "#domain/health/index.js";
import { JobRow } from "#domain/jobs/job-row.entity.js";
import { ImportBatch, Lead, LeadList, Suppression } from "#domain/leads/index.js";
import { Membership, Team, Tenant } from "#domain/teams/index.js";
import { RefreshToken, Session, User } from "#domain/users/index.js";
import { TheSpine } from "./migrations/0001-the-spine.js";
import { Access } from "./migrations/0002-access.js";
import { Operations } from "./migrations/0003-operations.js";
import { Watch } from "./migrations/0004-watch.js";
import { EffectiveFrom } from "./migrations/0005-effective-from.js";
import { LeaseWatch } from "./migrations/0006-lease-watch.js";

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
  EventRow,
  JobRow,
  AlertRule,
];

const MIGRATIONS = [
  { name: "0001-the-spine", class: TheSpine },
  { name: "0002-access", class: Access },
  { name: "0003-operations", class: Operations },
  { name: "0004-watch", class: Watch },
  { name: "0005-effective-from", class: EffectiveFrom },
  { name: "0006-lease-watch", class: LeaseWatch },
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
