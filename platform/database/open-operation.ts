import { demand, demandOwnEyes, type Actor, type Requirement } from "#domain/access/actor.js";
import { rolesWith } from "#domain/access/roles.js";
import { scopeOf, type Scope } from "#domain/access/scope.js";
import { parseInput, type Command } from "#domain/command.js";
import {
  ForbiddenError,
  InvalidInputError,
  isRefusal,
  UnauthenticatedError,
  type DomainError,
  type Granter,
} from "#domain/errors.js";
import type { EventAction, EventFacts } from "#domain/events.js";
import type { Id } from "#domain/ids.js";
import { demandIdempotencyKey } from "#domain/idempotency-key.js";
import {
  statement,
  type Operation,
  type Reader,
  type RequestFacts,
  type RunOptions,
  type Statement,
  type UnitOfWork,
} from "#domain/operation.js";
import type { RefusalWatch } from "#domain/access/refusal-watch.js";
import { watched } from "../sentry.js";
import type { Database } from "./database.js";
import { keyedCall, once, ownerOf } from "./idempotency.js";
import { inTransaction, type Origin } from "./unit-of-work.js";

/** More people than this are not named to somebody who is refused. */
const MOST_GRANTERS = 5;
const GRANTERS = statement<Granter>(
  "granters",
  `select u.id, u.name, u.email from membership m join app_user u on u.id = m.user_id
   where m.tenant_id = $1 and m.role = any($2) and u.status = 'ACTIVE' order by u.name, u.id limit ${MOST_GRANTERS}`,
);

/** Opens the operation of a request, a socket, a job or a schedule. */
export function openOperation(
  database: Database,
  actor: Actor,
  request: RequestFacts,
  tenantId?: Id,
  refusals?: RefusalWatch,
): Operation {
  const origin: Origin = {
    actor,
    request,
    tenantId: actor.kind === "USER" ? actor.tenantId : (tenantId ?? null),
  };
  return new OpenOperation(database, origin, refusals);
}

/** The state of things refused it. What was written wrongly is no attempt, and a missing right has an entry of its own. */
function isFailedAttempt(error: unknown): error is DomainError {
  if (!isRefusal(error)) return false;
  return ![InvalidInputError, ForbiddenError, UnauthenticatedError].some((type) => error instanceof type);
}

class OpenOperation implements Operation {
  readonly actor: Actor;
  readonly request: RequestFacts;
  private hasRecordedDenial = false;

  constructor(
    private readonly database: Database,
    private readonly origin: Origin,
    private readonly refusals?: RefusalWatch,
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

  query<T>(wanted: Statement<T>, values: readonly unknown[] = []): Promise<T[]> {
    this.request.moved?.();
    return watched(this.request, wanted.name, () => this.database.query(wanted, values));
  }

  async authorise(requirement: Requirement, place: string): Promise<void> {
    await this.explained(place, () => {
      if (place.startsWith("Mutation.")) demandOwnEyes(this.actor, requirement);
      demand(this.actor, requirement);
    });
  }

  refuse(error: ForbiddenError, place: string): Promise<never> {
    return this.explained(place, () => {
      throw error;
    });
  }

  granters(): Promise<Granter[]> {
    return this.query(GRANTERS, [this.tenantId, rolesWith("user:role")]);
  }

  async run<I, O>(command: Command<I, O>, input: unknown, options: RunOptions = {}): Promise<O> {
    return this.explained(command.name, async () => {
      demandOwnEyes(this.actor, command.permission);
      demand(this.actor, command.permission);
      const parsed = parseInput(command.input, input);
      try {
        return await this.transact(command, parsed, options);
      } catch (error) {
        if (isFailedAttempt(error)) await this.recordAttempt(command, parsed, error.code);
        throw error;
      }
    });
  }

  private transact<I, O>(command: Command<I, O>, input: I, options: RunOptions): Promise<O> {
    const transact = <T>(work: (op: UnitOfWork) => Promise<T>) =>
      inTransaction(this.database, this.origin, work);
    const key = options.idempotencyKey;
    if (key == null) return transact((op) => command.run(op, input));
    demandIdempotencyKey(key);
    const call = keyedCall(command, input, key, ownerOf(command.name, this.actor, options.owner));
    return once(this.database, call, transact, (op) => command.run(op, input));
  }

  private async recordAttempt<I>(command: Command<I, unknown>, input: I, reasonCode: string): Promise<void> {
    const attempt = command.audits?.(input, this);
    if (!attempt) return;
    await this.record(attempt.action, { targets: attempt.targets, outcome: "FAILED", reasonCode });
  }

  as(actor: Actor, tenantId?: Id | null): Operation {
    return openOperation(this.database, actor, this.request, tenantId ?? undefined, this.refusals);
  }

  async record(
    action: EventAction,
    facts: EventFacts,
    unless?: (work: Reader) => Promise<boolean>,
  ): Promise<void> {
    await inTransaction(this.database, this.origin, async (op) => {
      if (!(await unless?.(op))) await op.emit(action, facts);
    });
  }

  /** A refusal leaves with the people to ask, and is on record first. */
  private async explained<T>(place: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ForbiddenError) || error.explain.grantedBy.length > 0) throw error;
      const explained = error.withGranters(await this.granters());
      if (!this.hasRecordedDenial) {
        this.hasRecordedDenial = true;
        // Somebody who is refused too often is told to wait, and no longer recorded one by one.
        await this.refusals?.note(this, place);
        await this.record("auth.permission.denied", {
          targets: [{ type: "field", id: place }],
          outcome: "DENIED",
          reasonCode: error.explain.permission,
        });
      }
      throw explained;
    }
  }
}
