import { createHash } from "node:crypto";
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
   where owner = $1 and key = $2`,
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
  /** Whose key it is, as a UUID: two callers may choose the same key. */
  readonly owner: string;
  readonly key: string;
  readonly digest: Buffer;
  /** The secret part of the input, e.g. a new password; never stored but as argon2id does. */
  readonly secret: string | null;
}

/** @param owner a person's id, or any text that tells callers apart who are not signed in */
export function keyedCall<I>(command: Command<I, unknown>, input: I, key: string, owner: string): KeyedCall {
  const secrets = new Set<string>(command.secrets ?? []);
  const fields = Object.entries(input as object);
  const open = fields.filter(([name]) => !secrets.has(name));
  const hidden = fields.filter(([name]) => secrets.has(name));
  return {
    owner: uuidOf(owner),
    key,
    digest: createHash("sha256")
      .update(JSON.stringify([command.name, open]))
      .digest(),
    secret: hidden.length > 0 ? createHash("sha256").update(JSON.stringify(hidden)).digest("base64") : null,
  };
}

/**
 * Runs the work at most once for the key. Its row commits with the change: a second call waits for the first, then gets
 * its answer; a crash keeps neither.
 * @throws ConflictError when the key was used for another input
 */
export async function once<O>(
  op: UnitOfWork,
  command: string,
  call: KeyedCall,
  work: () => Promise<O>,
): Promise<O> {
  const secretHash = call.secret === null ? null : await hashPassword(call.secret);
  const claimed = await op.query(CLAIM, [call.owner, call.key, command, call.digest, secretHash]);
  if (claimed.length === 0) return replay<O>(op, command, call);
  const result = await work();
  await op.query(STORE, [call.owner, call.key, JSON.stringify(result)]);
  return result;
}

async function replay<O>(op: UnitOfWork, command: string, call: KeyedCall): Promise<O> {
  const [earlier] = await op.query(READ, [call.owner, call.key]);
  const isSame =
    earlier?.command === command &&
    call.digest.equals(earlier.digest) &&
    (call.secret === null || (await passwordMatches(earlier.secretHash, call.secret)));
  if (isSame) return earlier.result as O;
  throw new ConflictError("This idempotencyKey was used for another input; use a new key.", [
    "idempotencyKey",
  ]);
}

/** Deletes keys whose 24 hours are over, the oldest first. @returns how many, at most `most` */
export async function forgetExpiredKeys(reader: Reader, most: number): Promise<number> {
  return (await reader.query(FORGET, [most]))[0]!.count;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Version 8 of RFC 9562: any text as a UUID, so that one column holds people and strangers. */
function uuidOf(owner: string): string {
  if (UUID.test(owner)) return owner;
  const hex = createHash("sha256").update(owner).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
