import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { Fault } from "./verify/faults.js";

const PAGE = 1_000;
const CHAINS = statement<{ id: Id }>(
  "chains_to_check",
  `with recursive sealed (id) as (
     (select chain_id from audit_seal order by chain_id limit 1)
     union all
     select (select s.chain_id from audit_seal s where s.chain_id > sealed.id order by s.chain_id limit 1)
     from sealed where sealed.id is not null)
   select id from (select id from sealed where id is not null union select unnest($1::uuid[])) chain
   where $2::uuid is null or id > $2 order by id limit ${PAGE}`,
);

/** Every chain that has seals, and those that are known from elsewhere: one that is gone as a whole is a fault as well. */
export async function* findChains(reader: Reader, known: readonly Id[]): AsyncGenerator<Id> {
  for (let last: Id | null = null, isMore = true; isMore;) {
    const page: { id: Id }[] = await reader.query(CHAINS, [known, last]);
    for (const { id } of page) yield id;
    isMore = page.length === PAGE;
    last = page.at(-1)?.id ?? null;
  }
}

/** What a check of all chains has found. */
export interface RecordCheck {
  readonly startedAt: string;
  readonly entries: number;
  readonly seals: number;
  readonly faultCount: number;
  /** The first hundred. */
  readonly faults: readonly (Fault & { readonly chain: Id })[];
}

const NOTE_CHECK = statement<object>(
  "note_audit_check",
  `with old as (delete from audit_check where finished_at < now() - interval '1 year')
   insert into audit_check (started_at, entries, seals, faults, fault_count) values ($1, $2, $3, $4::jsonb, $5)`,
);

/** Health goes by the newest one. */
export async function noteCheck(reader: Reader, check: RecordCheck): Promise<void> {
  const { startedAt, entries, seals, faults, faultCount } = check;
  await reader.query(NOTE_CHECK, [startedAt, entries, seals, JSON.stringify(faults), faultCount]);
}

const CLOCK = statement<{ now: string }>("audit_check_clock", "select clock_timestamp() as now");

export async function checkClock(reader: Reader): Promise<string> {
  return (await reader.query(CLOCK))[0]!.now;
}

const CONCERNED = statement<{ id: Id }>(
  "audit_concerned",
  "select id from tenant where id = any($1::uuid[]) or $2 order by id",
);

/** Whose record it is: the organisations of these chains, and all when the installation's own is among them. */
export async function findConcerned(
  reader: Reader,
  chains: readonly Id[],
  isEverybodys: boolean,
): Promise<Id[]> {
  return (await reader.query(CONCERNED, [chains, isEverybodys])).map(({ id }) => id);
}
