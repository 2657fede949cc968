import { createHash } from "node:crypto";
import { demand, type Actor } from "#domain/access/actor.js";
import { parseInput, type Command } from "#domain/command.js";
import { ConflictError, invalid, UnauthenticatedError } from "#domain/errors.js";
import type { EventAction, EventFacts } from "#domain/events.js";
import type { Id } from "#domain/ids.js";
import { isPlainText } from "#domain/plain-text.js";
import {
  statement,
  type Operation,
  type RequestFacts,
  type Statement,
  type UnitOfWork,
} from "#domain/operation.js";
import type { Database } from "./database.js";
import { inTransaction, type Origin } from "./unit-of-work.js";

const CLAIM_KEY = statement<{ claimed: boolean }>(
  "claim_idempotency_key",
  `insert into idempotency_record (tenant_id, actor_id, key, command, input_digest, result, expires_at)
   values ($1, $2, $3, $4, $5, 'null', now() + interval '24 hours')
   on conflict (tenant_id, actor_id, key) do update
     set command = excluded.command, input_digest = excluded.input_digest, result = 'null', created_at = now(),
         expires_at = excluded.expires_at
     where idempotency_record.expires_at < now()
   returning true as claimed`,
);
const READ_KEY = statement<{ command: string; input_digest: Buffer; result: unknown }>(
  "read_idempotency_key",
  "select command, input_digest, result from idempotency_record where tenant_id = $1 and actor_id = $2 and key = $3",
);
const STORE_RESULT = statement<object>(
  "store_idempotency_result",
  "update idempotency_record set result = $4::jsonb where tenant_id = $1 and actor_id = $2 and key = $3",
);

/** Opens the operation of a request, a socket, a job or a schedule. */
export function openOperation(
  database: Database,
  actor: Actor,
  request: RequestFacts,
  tenantId?: Id,
): Operation {
  const origin: Origin = {
    actor,
    request,
    tenantId: actor.kind === "USER" ? actor.tenantId : (tenantId ?? null),
  };
  return new OpenOperation(database, origin);
}

class OpenOperation implements Operation {
  readonly actor: Actor;
  readonly request: RequestFacts;
  constructor(
    private readonly database: Database,
    private readonly origin: Origin,
  ) {
    this.actor = origin.actor;
    this.request = origin.request;
  }

  get tenantId(): Id {
    if (this.origin.tenantId === null) throw new UnauthenticatedError();
    return this.origin.tenantId;
  }

  query<T>(wanted: Statement<T>, values: readonly unknown[] = []): Promise<T[]> {
    return this.database.query(wanted, values);
  }

  async run<I, O>(
    command: Command<I, O>,
    input: unknown,
    options: { idempotencyKey?: string | null } = {},
  ): Promise<O> {
    demand(this.actor, command.permission);
    const parsed = parseInput(command.input, input);
    const key = options.idempotencyKey;
    if (key == null) return inTransaction(this.database, this.origin, (op) => command.run(op, parsed));
    if (key.length < 1 || key.length > 200 || !isPlainText(key))
      throw invalid(
        ["idempotencyKey"],
        "length",
        "idempotencyKey must have 1 to 200 characters of plain text.",
        key,
      );
    return inTransaction(this.database, this.origin, (op) => once(op, command, parsed, key));
  }

  as(actor: Actor, tenantId?: Id | null): Operation {
    return openOperation(this.database, actor, this.request, tenantId ?? undefined);
  }

  async record(action: EventAction, facts: EventFacts): Promise<void> {
    await inTransaction(this.database, this.origin, (op) => op.emit(action, facts));
  }
}

/** The key's row commits with the change: a second call waits for the first, then gets its answer; a crash keeps neither. */
async function once<I, O>(op: UnitOfWork, command: Command<I, O>, input: I, key: string): Promise<O> {
  const owner = [op.tenantId, op.actor.kind === "USER" ? op.actor.userId : op.tenantId, key];
  const digest = createHash("sha256")
    .update(JSON.stringify([command.name, input]))
    .digest();
  const claimed = await op.query(CLAIM_KEY, [...owner, command.name, digest]);
  if (claimed.length === 0) {
    const [earlier] = await op.query(READ_KEY, owner);
    if (earlier && earlier.command === command.name && digest.equals(earlier.input_digest))
      return earlier.result as O;
    throw new ConflictError("This idempotencyKey was used for another input; use a new key.", [
      "idempotencyKey",
    ]);
  }
  const result = await command.run(op, input);
  await op.query(STORE_RESULT, [...owner, JSON.stringify(result)]);
  return result;
}
