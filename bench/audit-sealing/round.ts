import { cpuOfTrees } from "../harness/process-cpu.js";
import type { Client } from "./mutation.js";
import type { Way } from "./ways.js";

export interface Slice {
  readonly perSecond: number;
  readonly ms: readonly number[];
  readonly postgresCpuMs: number;
  /** Of the process that runs the command. */
  readonly serverCpuMs: number;
}

export interface Pace {
  readonly forMs: number;
  /** Null: each client begins the next one as soon as it has the answer. Otherwise so many begin each second, whatever comes of them. */
  readonly perSecond: number | null;
}

/** Mutations of all clients at once, for a while; CPU time is that of a mutation. */
export async function measure(
  way: Way,
  clients: readonly Client[],
  { pace, postgresPid }: { readonly pace: Pace; readonly postgresPid: number },
): Promise<Slice> {
  const ms: number[] = [];
  const [postgresBefore, ownBefore] = [cpuOfTrees([postgresPid]) ?? Number.NaN, way.cpuMs()];
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
        await way.rename(client, `Newsletter ${count}`);
        ms.push(performance.now() - since);
        due += every;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  return {
    perSecond: count / seconds,
    ms,
    postgresCpuMs: ((cpuOfTrees([postgresPid]) ?? Number.NaN) - postgresBefore) / count,
    serverCpuMs: (way.cpuMs() - ownBefore) / count,
  };
}

async function until(moment: number): Promise<void> {
  const left = moment - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}
