import { createHash } from "node:crypto";
import type { Actor } from "#domain/access/actor.js";
import type { Command } from "#domain/command.js";
import { ConflictError } from "#domain/errors.js";
import { statement, type Reader, type UnitOfWork } from "#domain/operation.js";
import { hashPassword, passwordMatches } from "#domain/users/index.js";

// Taken with the database's clock of this moment: the transaction may have waited for the one before it.
const CLAIM = statement<object>(
  "claim_idempotency_key",
  `insert into idempotency_record (owner, key, command, input_digest, secret_hash, result, expires_at)
   values ($1, $2, $3, $4, $5, 'null', clock_timestamp() + interval '24 hours')
   on conflict (owner, key) do update
     set command = excluded.command, input_digest = excluded.input_digest, secret_hash = excluded.secret_hash,
         result = 'null', created_at = now(), expires_at = excluded.expires_at
     where idempotency_record.expires_at < clock_timestamp()
   returning true as claimed`,
);
const READ = statement<Recorded>(
  "read_idempotency_key",
  `select command, input_digest as digest, secret_hash as "secretHash", result from idempotency_record
   where owner = $1 and key = $2 and expires_at >= clock_timestamp()`,
);
const STORE = statement<object>(
  "store_idempotency_result",
  "update idempotency_record set result = $3::jsonb where owner = $1 and key = $2",
);

const FORGET = statement<{ count: number }>(
  "forget_idempotency_keys",
  `with gone as (
     delete from idempotency_record where (owner, key) in (
       select owner, key from idempotency_record where expires_at < clock_timestamp()
       order by expires_at limit $1 for update skip locked)
     returning 1)
   select count(*) as count from gone`,
);

interface Recorded {
  readonly command: string;
  readonly digest: Buffer;
  readonly secretHash: string | null;
  readonly result: unknown;
}

/** A key as it stands for one call. */
export interface KeyedCall {
  readonly command: string;
  /** Whose key it is, as a UUID: two callers may choose the same key. */
  readonly owner: string;
  readonly key: string;
  readonly digest: Buffer;
  /** The secret part of the input, e.g. a new password; never stored but as argon2id does. */
  readonly secret: string | null;
}

/**
 * A person's key is theirs over all commands. Where something else proves the caller, such as a link's token, the key
 * belongs to that and the command: whatever text a stranger brings, it is nobody's id and no other command's owner.
 */
export function ownerOf(command: string, actor: Actor, proof: string | undefined): string {
  if (actor.kind === "USER" && proof === undefined) return actor.userId;
  // Version 8 of RFC 9562: any text as a UUID, so that one column holds people and strangers.
  const hex = createHash("sha256")
    .update(JSON.stringify(["stranger", command, proof ?? null]))
    .digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function keyedCall<I>(command: Command<I, unknown>, input: I, key: string, owner: string): KeyedCall {
  const secrets = new Set<string>(command.secrets ?? []);
  const fields = Object.entries(input as object);
  const open = fields.filter(([name]) => !secrets.has(name));
  const hidden = fields.filter(([name]) => secrets.has(name));
  return {
    command: command.name,
    owner,
    key,
    digest: createHash("sha256")
      .update(JSON.stringify([command.name, open]))
      .digest(),
    secret: hidden.length > 0 ? createHash("sha256").update(JSON.stringify(hidden)).digest("base64") : null,
  };
}

/** More turns than this would mean that the record comes and goes. */
const MOST_TURNS = 3;

/**
 * Runs the work at most once for the key. Its row commits with the change: a second call waits for the first, then gets
 * its answer; a crash keeps neither. Secrets are hashed and compared outside the transaction, which takes 60 ms.
 * @param transact runs its work in one transaction
 * @throws ConflictError when the key was used for another input
 */
export async function once<O>(
  reader: Reader,
  call: KeyedCall,
  transact: <T>(work: (op: UnitOfWork) => Promise<T>) => Promise<T>,
  work: (op: UnitOfWork) => Promise<O>,
): Promise<O> {
  let secretHash: string | null = null;
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const [earlier] = await reader.query(READ, [call.owner, call.key]);
    if (earlier) return replay<O>(call, earlier);
    if (call.secret !== null) secretHash ??= await hashPassword(call.secret);
    const done = await transact((op) => firstTime(op, call, secretHash, work));
    if (done) return done.result;
  }
  throw usedOtherwise();
}

/** Null when another call holds the key: it has committed by then. */
async function firstTime<O>(
  op: UnitOfWork,
  call: KeyedCall,
  secretHash: string | null,
  work: (op: UnitOfWork) => Promise<O>,
): Promise<{ result: O } | null> {
  const claimed = await op.query(CLAIM, [call.owner, call.key, call.command, call.digest, secretHash]);
  if (claimed.length === 0) return null;
  const result = await work(op);
  await op.query(STORE, [call.owner, call.key, JSON.stringify(result)]);
  return { result };
}

async function replay<O>(call: KeyedCall, earlier: Recorded): Promise<O> {
  const isSame =
    earlier.command === call.command &&
    call.digest.equals(earlier.digest) &&
    (call.secret === null || (await passwordMatches(earlier.secretHash, call.secret)));
  if (isSame) return earlier.result as O;
  throw usedOtherwise();
}

const usedOtherwise = () =>
  new ConflictError("This idempotencyKey was used for another input; use a new key.", ["idempotencyKey"]);

/** Deletes keys whose 24 hours are over, the oldest first. @returns how many, at most `most` */
export async function forgetExpiredKeys(reader: Reader, most: number): Promise<number> {
  return (await reader.query(FORGET, [most]))[0]!.count;
}
