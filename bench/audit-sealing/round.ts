import type { Database } from "#platform/database/database.js";
import { cpuOfTrees } from "../harness/process-cpu.js";
import { rename, type Client, type Mutation } from "./mutation.js";

export interface Slice {
  readonly perSecond: number;
  readonly ms: readonly number[];
  readonly postgresCpuMs: number;
  readonly ownCpuMs: number;
}

export interface Pace {
  readonly forMs: number;
  /** Null: each client begins the next one as soon as it has the answer. Otherwise so many begin each second, whatever comes of them. */
  readonly perSecond: number | null;
}

/** Mutations of all clients at once, for a while; CPU time is that of a mutation. */
export async function measure(
  database: Database,
  clients: readonly Client[],
  mutation: Mutation,
  { pace, postgresPid }: { readonly pace: Pace; readonly postgresPid: number },
): Promise<Slice> {
  const ms: number[] = [];
  const [postgresBefore, ownBefore] = [cpuOfTrees([postgresPid]) ?? Number.NaN, process.cpuUsage()];
  const begun = performance.now();
  const end = begun + pace.forMs;
  let count = 0;
  await Promise.all(
    clients.map(async (client, at) => {
      const every = pace.perSecond === null ? 0 : (1000 * clients.length) / pace.perSecond;
      let due = begun + (every * at) / clients.length;
      for (;;) {
        if (every > 0) await until(due);
        const since = every > 0 ? due : performance.now();
        if (since >= end) return;
        count += 1;
        await rename(database, client, mutation, `Newsletter ${count}`);
        ms.push(performance.now() - since);
        due += every;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  const own = process.cpuUsage(ownBefore);
  return {
    perSecond: count / seconds,
    ms,
    postgresCpuMs: ((cpuOfTrees([postgresPid]) ?? Number.NaN) - postgresBefore) / count,
    ownCpuMs: (own.user + own.system) / 1000 / count,
  };
}

async function until(moment: number): Promise<void> {
  const left = moment - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}
