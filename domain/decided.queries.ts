import { setTimeout as sleep } from "node:timers/promises";
import { statement, type Reader } from "./operation.js";

const WRITERS = statement<{ writers: string[] }>(
  "writers_of_table",
  `select coalesce(array_agg(l.virtualtransaction), '{}') as writers from pg_locks l
   where l.locktype = 'relation' and l.database = (select oid from pg_database where datname = current_database())
     and l.relation = $1::regclass and l.mode = 'RowExclusiveLock' and l.pid <> pg_backend_pid()
     and ($2::text[] is null or l.virtualtransaction = any($2))`,
);
/** Tables whose rows have a place in an order from when they are written. */
export type WrittenInOrder = "message_event" | "notification";

const LOOK_EVERY_MS = 10;
/** A change that takes longer keeps its table's readers waiting; they come again. */
const MOST_LOOKS = 200;

/**
 * Resolves when every transaction that is writing to the table now has ended. A row's number or time is chosen before
 * its commit, so one that is not to be seen yet may belong before one that is: what was read is complete only when it is
 * read once more after this.
 * @returns false when one of them takes longer than two seconds
 */
export async function untilDecided(reader: Reader, table: WrittenInOrder): Promise<boolean> {
  let among: readonly string[] | null = null;
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const [now]: { writers: string[] }[] = await reader.query(WRITERS, [table, among]);
    if (now!.writers.length === 0) return true;
    among = now!.writers;
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}

/** Where a table ends, read by `read`, once nothing before it can come any more. */
export async function decidedHead<T>(
  reader: Reader,
  table: WrittenInOrder,
  read: () => Promise<T>,
): Promise<T> {
  const head = await read();
  while (!(await untilDecided(reader, table)));
  return head;
}
