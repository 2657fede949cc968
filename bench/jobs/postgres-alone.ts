import { Pool } from "pg";
import type { Contestant, OnStart, Servers } from "./contestant.js";

const STATEMENTS = {
  add: "insert into NAME (number) select unnest($1::int[])",
  claim: `with next as (
    select id from NAME where state = 'WAITING' order by id limit $1 for update skip locked)
  update NAME j set state = 'ACTIVE', attempts = attempts + 1 from next where j.id = next.id returning j.id, j.number`,
  finish: "update NAME set state = 'SUCCEEDED', finished_at = now() where id = any($1)",
};

/** More connections than this only wait for each other on few cores. */
const LOOPS = 16;

/**
 * The limit: nothing but a claim and an outcome, in a table of nothing but that. No doorbell, so nobody is told of a
 * new job: loops that find nothing end.
 */
export function openPostgresAlone(servers: Servers): Promise<Contestant> {
  return contestant(servers, "bench_alone", 1);
}

/** A claim and an outcome for a hundred at once. */
export function openPostgresInBatches(servers: Servers): Promise<Contestant> {
  return contestant(servers, "bench_in_batches", 100);
}

async function contestant({ databaseUrl }: Servers, table: string, size: number): Promise<Contestant> {
  const pool = new Pool({ connectionString: databaseUrl, max: LOOPS });
  const query = (name: keyof typeof STATEMENTS, values: unknown[]) =>
    pool.query<{ id: string; number: number }>({
      name,
      text: STATEMENTS[name].replaceAll("NAME", table),
      values,
    });
  await pool.query(`create table if not exists ${table} (
    id bigint generated always as identity primary key, number int not null, state text not null default 'WAITING',
    attempts int not null default 0, finished_at timestamptz)`);
  await pool.query(`create index if not exists ${table}_waiting on ${table} (id) where state = 'WAITING'`);

  const loop = async (onStart: OnStart): Promise<void> => {
    for (;;) {
      const { rows } = await query("claim", [size]);
      if (rows.length === 0) return;
      for (const { number } of rows) onStart(number);
      await query("finish", [rows.map(({ id }) => id)]);
    }
  };
  return {
    async add(number) {
      await query("add", [[number]]);
    },
    async addMany(numbers) {
      await query("add", [numbers]);
    },
    async work(concurrency, onStart) {
      const loops = Array.from({ length: Math.min(concurrency, LOOPS) }, () => loop(onStart));
      return { stop: async () => void (await Promise.all(loops)) };
    },
    close: () => pool.end(),
  };
}
