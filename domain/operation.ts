import type { Actor } from "./access/actor.js";
import type { Command } from "./command.js";
import type { EventAction, EventFacts } from "./events.js";
import type { Id } from "./ids.js";
import type { Reader, RequestFacts } from "./unit-of-work.js";

export * from "./unit-of-work.js";

/** Who acts, for which tenant, from where. The one thing that is passed down from every entry. */
export interface Operation extends Reader {
  readonly actor: Actor;
  /** @throws UnauthenticatedError when nobody is signed in. */
  readonly tenantId: Id;
  readonly request: RequestFacts;
  /** Runs a command in a transaction of its own; with a key at most once in 24 hours. */
  run<I, O>(command: Command<I, O>, input: unknown, options?: { idempotencyKey?: string | null }): Promise<O>;
  /** The same request with another actor, e.g. the person who has just proved who they are. */
  as(actor: Actor, tenantId?: Id | null): Operation;
  /** Records a refusal or failure in a transaction of its own: it outlives the rollback of what it tells about. */
  record(action: EventAction, facts: EventFacts): Promise<void>;
}
