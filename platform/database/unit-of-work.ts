import { setTimeout as sleep } from "node:timers/promises";
import { LockMode, type EntityManager, type EntityName, type FilterQuery } from "@mikro-orm/core";
import type { EntityManager as SqlEntityManager } from "@mikro-orm/postgresql";
import type pg from "pg";
import { selfOf, type Actor } from "#domain/access/actor.js";
import { isInScope, scopeOf, type Scope } from "#domain/access/scope.js";
import { newEntry } from "#domain/audit/new-entry.js";
import { NotFoundError, UnauthenticatedError } from "#domain/errors.js";
import type { EventAction, EventFacts } from "#domain/events.js";
import { newId, type Id } from "#domain/ids.js";
import { POLICIES, versionOf, type JobDefinition } from "#domain/jobs/define-job.js";
import {
  statement,
  type EnqueueOptions,
  type Reader,
  type RequestFacts,
  type Statement,
  type TenantRow,
  type UnitOfWork,
} from "#domain/operation.js";
import { watched } from "../sentry.js";
import { commitWith, type TextValues } from "./commit-with.js";
import { readerOf, type Database } from "./database.js";
import { asUnavailable } from "./outage.js";

export interface Origin {
  readonly actor: Actor;
  readonly tenantId: Id | null;
  readonly request: RequestFacts;
}

const CLOCK = statement<{ now: Date }>("clock", "select now() as now");
/** The pending rows are what relay and sealer take away; the entry stays as it is for ever. */
const INSERT_EVENT = statement<object>(
  "insert_event",
  `with fact as (
     insert into event (id, tenant_id, action, actor_kind, actor_id, actor_label, on_behalf_of, targets, outcome,
       reason_code, changes, context)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8::jsonb, $9, $10, $11::jsonb, $12::jsonb) returning id, at),
   beside as (
     insert into event_pii (event_id, at, tenant_id, subject_id, fields)
     select id, at, $2, (person ->> 'subjectId')::uuid, person -> 'fields'
     from fact, jsonb_array_elements($13::jsonb) person),
   unsealed as (insert into pending_seal (event_id, at) select id, at from fact)
   insert into pending_event (event_id, at) select id, at from fact`,
);
const INSERT_JOB = statement<{ id: Id }>(
  "insert_job",
  `insert into job (id, tenant_id, type, queue, payload, idempotency_key, max_attempts, due_at, initiated_by, request_id,
     priority, payload_version)
   values ($1, $2, $3, $4, $5::jsonb, $6, $7, coalesce($8, now()), $9, $10, $11, $12)
   on conflict (idempotency_key) do nothing returning id`,
);

/** Deadlock detected, serialization failure: the database has undone one of two that were in each other's way. */
const COLLISIONS: ReadonlySet<unknown> = new Set(["40P01", "40001"]);
const MOST_TRIES = 3;
const LONGEST_PAUSE_MS = 50;

/**
 * Runs `work` in one transaction: it commits when `work` returns and leaves nothing behind when it throws. After a
 * collision with another transaction it is run again, at most three times in all; so it may do nothing but what the
 * transaction takes back.
 */
export async function inTransaction<T>(
  database: Database,
  origin: Origin,
  work: (op: UnitOfWork) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact(database, origin, work);
    } catch (error) {
      if (tries === MOST_TRIES || !COLLISIONS.has((error as { code?: unknown } | null)?.code)) throw error;
      // Not the same moment again for both.
      await sleep(Math.random() * LONGEST_PAUSE_MS * tries);
    }
  }
}

/** @throws UnavailableError when the database is away, or goes away meanwhile */
async function transact<T>(
  database: Database,
  origin: Origin,
  work: (op: UnitOfWork) => Promise<T>,
): Promise<T> {
  database.demandPresence();
  let isCommitting = false;
  let hasEmitted = false;
  try {
    const result = await database.orm.em.fork({ clear: true }).transactional(async (em) => {
      const client = await connectionOf(em);
      const reader = readerOf(client);
      const [clock] = await reader.query(CLOCK);
      const transaction = new Transaction(database, em, reader, new Date(clock!.now), origin);
      const made = await work(transaction);
      await em.flush();
      // From here on only COMMIT is left; when its answer does not come nobody knows.
      isCommitting = true;
      ({ hasEmitted } = transaction);
      if (transaction.unwritten.length > 0) commitWith(client, INSERT_EVENT, transaction.unwritten);
      return made;
    });
    if (hasEmitted) database.relayBell.ring();
    return result;
  } catch (error) {
    throw asUnavailable(error, isCommitting) ?? error;
  }
}

/** MikroORM's transaction holds one connection; the hand SQL of a command must run on the same one. */
async function connectionOf(em: EntityManager): Promise<pg.ClientBase> {
  const context = (em as SqlEntityManager).getTransactionContext();
  const client = (context as unknown as { client: { acquireConnection(): Promise<pg.ClientBase> } }).client;
  return client.acquireConnection();
}

class Transaction implements UnitOfWork {
  readonly actor: Actor;
  readonly request: RequestFacts;
  /** The relay has something to publish when it is committed. */
  hasEmitted = false;
  /** Entries that wait for the next statement, or go with the COMMIT: none is sent by itself. */
  unwritten: TextValues[] = [];

  constructor(
    private readonly database: Database,
    readonly em: EntityManager,
    private readonly reader: Reader,
    readonly now: Date,
    private readonly origin: Origin,
  ) {
    this.actor = origin.actor;
    this.request = origin.request;
  }

  get tenantId(): Id {
    if (this.origin.tenantId === null) throw new UnauthenticatedError();
    return this.origin.tenantId;
  }

  get scope(): Scope {
    return scopeOf(this.actor, this.tenantId);
  }

  mac(purpose: string, text: string): Buffer {
    return this.database.mac(purpose, text);
  }

  async query<T>(wanted: Statement<T>, values: readonly unknown[] = []): Promise<T[]> {
    this.request.moved?.();
    // Hand SQL sees what the unit of work has written so far.
    await this.em.flush();
    await this.writeEntries();
    return watched(this.request, wanted.name, () => this.reader.query(wanted, values));
  }

  private async writeEntries(): Promise<void> {
    for (let entry = this.unwritten.shift(); entry; entry = this.unwritten.shift())
      await this.reader.query(INSERT_EVENT, entry);
  }

  async load<T extends TenantRow>(entity: EntityName<T>, thing: string, id: Id): Promise<T> {
    return this.find(entity, thing, id, LockMode.NONE);
  }

  async lock<T extends TenantRow>(entity: EntityName<T>, thing: string, id: Id): Promise<T> {
    return this.find(entity, thing, id, LockMode.PESSIMISTIC_WRITE);
  }

  private async find<T extends TenantRow>(
    entity: EntityName<T>,
    thing: string,
    id: Id,
    lockMode: LockMode,
  ): Promise<T> {
    const row = await this.em.findOne(entity, { id, tenantId: this.tenantId } as FilterQuery<T>, {
      lockMode,
      refresh: true,
    });
    if (row === null || !isInScope(this.scope, ownerOf(row as T))) throw new NotFoundError(thing);
    return row as T;
  }

  async emit(action: EventAction, facts: EventFacts): Promise<void> {
    this.hasEmitted = true;
    this.request.moved?.();
    // What the change itself is refused for is said here, not with the entry.
    await this.em.flush();
    this.unwritten.push(eventValues(this.origin, action, facts));
  }

  async enqueue<P>(job: JobDefinition<P>, payload: P, options: EnqueueOptions = {}): Promise<Id | null> {
    const rows = await this.query(INSERT_JOB, [
      newId(),
      options.isOwn ? null : (this.origin.tenantId ?? options.tenantId ?? null),
      job.type,
      job.queue,
      JSON.stringify(payload),
      options.key ? `${job.type}:${options.key}` : null,
      POLICIES[job.policy].attempts,
      options.dueAt ?? null,
      selfOf(this),
      this.request.requestId,
      job.isUrgent ? 0 : 1,
      versionOf(job),
    ]);
    return rows[0]?.id ?? null;
  }
}

/** Rows that belong to a team name it; whoever is not of that team is told that there is no such thing. */
function ownerOf(row: TenantRow): Id | null {
  const { teamId, ownerTeamId } = row as { teamId?: Id | null; ownerTeamId?: Id | null };
  return teamId ?? ownerTeamId ?? null;
}

function eventValues(origin: Origin, action: EventAction, facts: EventFacts): TextValues {
  const onBehalfOf = facts.onBehalfOf ?? origin.request.onBehalfOf ?? null;
  const entry = newEntry({ ...origin, onBehalfOf }, action, facts);
  return [
    newId(),
    origin.tenantId ?? facts.tenantId ?? null,
    entry.action,
    entry.actorKind,
    entry.actorId,
    entry.actorLabel === null ? null : JSON.stringify(entry.actorLabel),
    entry.onBehalfOf,
    JSON.stringify(entry.targets),
    entry.outcome,
    entry.reasonCode,
    JSON.stringify(entry.changes),
    JSON.stringify(entry.context),
    JSON.stringify(entry.pii),
  ];
}
