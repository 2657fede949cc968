import type { EntityManager, EntityName } from "@mikro-orm/core";
import type { Actor } from "./access/actor.js";
import type { Scope } from "./access/scope.js";
import type { EventAction, EventFacts } from "./events.js";
import type { Id } from "./ids.js";
import type { JobDefinition } from "./jobs/define-job.js";

/** Where an operation came from, for the record. */
export interface RequestFacts {
  readonly requestId: string;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly jobId?: Id;
  /** Who started the job that works here; null for the product itself. */
  readonly onBehalfOf?: Id | null;
  /** Told of each statement on its behalf: whoever watches it sees that it moves. */
  moved?(): void;
}

/**
 * Hand-written SQL with a name: prepared once per connection under it, so that the planner's work is done once.
 * `T` is the shape of a row.
 */
export interface Statement<T> {
  readonly name: string;
  readonly text: string;
  /** Planned for its values each time, and not kept: for texts of many shapes, whose best plan the values decide. */
  readonly isOneOff?: boolean;
  /** Only for the type. */
  readonly row?: T;
}

/** A connection knows a statement by its name alone: a second one of that name would fail there, now and then. */
const texts = new Map<string, string>();

export function statement<T>(name: string, text: string): Statement<T> {
  const known = texts.get(name);
  if (known !== undefined && known !== text) throw new TypeError(`Two statements are called ${name}`);
  texts.set(name, text);
  return { name, text };
}

/**
 * SQL, beside the tables of a FROM or USING: the transaction does not wait for the disk. For notes that may be lost with a
 * crash of the database, in a statement that is alone in its transaction or stands with others of that kind.
 */
export const UNHURRIED = "set_config('synchronous_commit', 'off', true)";

const MOST_KEPT = 200;

/**
 * A statement that is kept with others of its name, for texts of some shapes whose best plan their values do not change; beyond 200 in
 * all the next ones are planned each time.
 */
export function keptStatement<T>(name: string, text: string): Statement<T> {
  const known = kept.get(text);
  if (known) return known as Statement<T>;
  if (kept.size === MOST_KEPT) return oneOff(name, text);
  const made = statement<T>(`${name}_${kept.size + 1}`, text);
  kept.set(text, made);
  return made;
}
const kept = new Map<string, Statement<unknown>>();

/** @param name only for traces: the text may be another each time */
export function oneOff<T>(name: string, text: string): Statement<T> {
  return { name, text, isOneOff: true };
}

/** Reads by hand SQL: plain rows; times come as text where the statement says so. */
export interface Reader {
  query<T>(statement: Statement<T>, values?: readonly unknown[]): Promise<T[]>;
}

/** An operation inside its transaction. */
export interface UnitOfWork extends Reader {
  readonly actor: Actor;
  readonly tenantId: Id;
  /** What of the tenant this actor may touch. */
  readonly scope: Scope;
  readonly request: RequestFacts;
  /** The database's clock at the start of the transaction. */
  readonly now: Date;
  readonly em: EntityManager;
  /** HMAC-SHA256 under this installation's key, which is not in the database; `purpose` keeps uses apart. */
  mac(purpose: string, text: string): Buffer;
  /** Finds the tenant's row. @throws NotFoundError, naming `thing`. */
  load<T extends TenantRow>(entity: EntityName<T>, thing: string, id: Id): Promise<T>;
  /** Finds and locks it until the commit. @throws NotFoundError */
  lock<T extends TenantRow>(entity: EntityName<T>, thing: string, id: Id): Promise<T>;
  /** Adds one event row, which is the audit entry and the thing that is published. */
  emit(action: EventAction, facts: EventFacts): Promise<void>;
  /** Adds a job row; the relay hands it to the queue after the commit. A taken key adds nothing. */
  enqueue<P>(job: JobDefinition<P>, payload: P, options?: EnqueueOptions): Promise<Id | null>;
}

export interface EnqueueOptions {
  /** Unique within the job's type. */
  readonly key?: string;
  readonly dueAt?: Date;
  /** Only where the operation itself has no tenant yet. */
  readonly tenantId?: Id;
  /** It is the product's own, whoever asks for it: what it does is for all organisations. */
  readonly isOwn?: boolean;
}

export interface TenantRow {
  id: Id;
  tenantId: Id;
}
