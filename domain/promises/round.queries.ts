import type { Id } from "../ids.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import { MOST_NAMED } from "./look.queries.js";

export const ROUND_SECONDS = 60;
/** An installation of this size is looked at as a whole every time. */
const SMALL_BYTES = 16 * 1024 * 1024;

export interface Round {
  readonly id: Id;
  /** At everything, not only at what is new. */
  readonly isWhole: boolean;
}

const LOCK = statement<{ isOurs: boolean }>(
  "promises_lock",
  `select pg_try_advisory_xact_lock(hashtextextended('postwatch promises', 0)) as "isOurs"`,
);
// Asked under the lock, so that the row of whoever had it before is seen.
const IS_TIME = statement<{ isTime: boolean }>(
  "promises_is_time",
  `select not exists (select from promise_round where started_at > clock_timestamp() - make_interval(secs => $1))
     and not exists (select from promise_round where finished_at is null and lease_until > clock_timestamp()) as "isTime"`,
);
// As a whole once a day; a small installation, and where more offends than can be remembered, more often.
const BEGIN = statement<Round>(
  "promises_begin_round",
  `with kind as (
     select coalesce($1::boolean,
       not exists (select from promise_round where is_whole and started_at > clock_timestamp() - interval '1 day')
       or pg_table_size('message') + pg_table_size('message_event') < ${SMALL_BYTES}
       or (exists (select from promise_breach where count > ${MOST_NAMED})
         and not exists (select from promise_round where is_whole and started_at > clock_timestamp() - interval '1 hour'))) as is_whole),
   old as (delete from promise_round where started_at < clock_timestamp() - interval '2 days')
   insert into promise_round (id, event_seq, is_whole, lease_until)
   select uuid_v7(), coalesce((select max(seq) from message_event), 0), is_whole, clock_timestamp() + interval '1 minute'
   from kind returning id, is_whole as "isWhole"`,
);
const RENEW = statement<object>(
  "promises_renew_round",
  "update promise_round set lease_until = clock_timestamp() + make_interval(secs => $2) where id = $1",
);
const END = statement<object>(
  "promises_end_round",
  "update promise_round set finished_at = clock_timestamp() where id = $1",
);

export interface RoundOptions {
  /** Since the last one; default 60. */
  readonly everySeconds?: number;
  /** At everything or at what is new, whatever the size; by default it depends on it. */
  readonly isWhole?: boolean;
}

/** Begins a round when it is time and nobody else has. @returns null otherwise */
export async function beginRound(op: UnitOfWork, options: RoundOptions): Promise<Round | null> {
  const [turn] = await op.query(LOCK);
  if (!turn!.isOurs) return null;
  const [look] = await op.query(IS_TIME, [options.everySeconds ?? ROUND_SECONDS]);
  return look!.isTime ? (await op.query(BEGIN, [options.isWhole ?? null]))[0]! : null;
}

/** Says that the round goes on: without a word it is another's turn after so many seconds. */
export async function renewRound(reader: Reader, { id }: Round, seconds: number): Promise<void> {
  await reader.query(RENEW, [id, seconds]);
}

export async function endRound(reader: Reader, { id }: Round): Promise<void> {
  await reader.query(END, [id]);
}
