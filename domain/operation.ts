import type { Actor, Requirement } from "./access/actor.js";
import type { Scope } from "./access/scope.js";
import type { Command } from "./command.js";
import type { ForbiddenError, Granter } from "./errors.js";
import type { EventAction, EventFacts } from "./events.js";
import type { Id } from "./ids.js";
import type { Reader, RequestFacts } from "./unit-of-work.js";

export * from "./unit-of-work.js";

export interface RunOptions {
  /** The same key with the same input replays the first answer for 24 hours. */
  readonly idempotencyKey?: string | null;
  /** Whose key it is where that is not the person who is signed in: what proves the caller, e.g. the link's token. */
  readonly owner?: string;
}

/** Who acts, for which tenant, from where. The one thing that is passed down from every entry. */
export interface Operation extends Reader {
  readonly actor: Actor;
  /** @throws UnauthenticatedError when nobody is signed in. */
  readonly tenantId: Id;
  /** What of the tenant this actor may touch. @throws UnauthenticatedError when nobody is signed in. */
  readonly scope: Scope;
  readonly request: RequestFacts;
  /** HMAC-SHA256 under this installation's key, which is not in the database; `purpose` keeps uses apart. */
  mac(purpose: string, text: string): Buffer;
  /**
   * May this caller do what needs the requirement? A refusal is on record, at most one an operation, and says whom to
   * ask. `place` is where it was asked, e.g. "Query.campaigns".
   * @throws UnauthenticatedError, ForbiddenError
   */
  authorise(requirement: Requirement, place: string): Promise<void>;
  /** Refuses in the same way what only the place itself can judge. @throws ForbiddenError */
  refuse(error: ForbiddenError, place: string): Promise<never>;
  /** The people who can give a permission; at most five. */
  granters(): Promise<Granter[]>;
  /** Runs a command in a transaction of its own; with a key at most once in 24 hours. */
  run<I, O>(command: Command<I, O>, input: unknown, options?: RunOptions): Promise<O>;
  /** The same request with another actor, e.g. the person who has just proved who they are. */
  as(actor: Actor, tenantId?: Id | null): Operation;
  /**
   * Records a refusal or failure in a transaction of its own: it outlives the rollback of what it tells about.
   * @param unless asked in that transaction; true: nothing is recorded
   */
  record(action: EventAction, facts: EventFacts, unless?: (work: Reader) => Promise<boolean>): Promise<void>;
}
