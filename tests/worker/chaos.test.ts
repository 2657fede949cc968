import { afterAll, expect, it } from "vitest";
import { runChaos, type ChaosPlan, type ChaosResult } from "../support/chaos.js";

/** `npm run chaos` sends 10,000 mails by five seeds, and each seed once more with workers that are told to stop. */
const isFull = process.env.CHAOS === "full";
const MAILS = Number(process.env.CHAOS_MAILS ?? (isFull ? 10_000 : 2_000));
const SEEDS = isFull ? [1, 2, 3, 4, 5] : [1];

const plan = (seed: number, signal: ChaosPlan["signal"]): ChaosPlan => ({
  seed,
  mails: MAILS,
  lanes: 8,
  kills: isFull ? 20 : 6,
  signal,
  redisKills: isFull ? 2 : 1,
  flushes: 1,
  databaseCrashes: isFull ? 2 : 1,
  refused: 0.03,
  // So that nothing that is unknown can have another reason than how the worker ended.
  cut: signal === "SIGKILL" ? 0.0005 : 0,
});

const results: (ChaosResult & { readonly by: string })[] = [];
afterAll(() => console.table(results));

const cases = SEEDS.flatMap((seed) =>
  (isFull ? (["SIGKILL", "SIGTERM"] as const) : (["SIGKILL"] as const)).map((by) => ({ seed, by })),
);
it.each(cases)(
  "J1 J2 J5 J6: seed $seed, workers ended by $by: nobody is lost, nobody gets it twice, no row lies, what is in doubt is listed",
  async ({ seed, by }) => {
    const result = await runChaos(plan(seed, by));
    results.push({ by, ...result });
    expect(result).toMatchObject({ mails: MAILS, lost: 0, doubled: 0, lies: 0, status: "COMPLETED" });
    expect(result.sent + result.unknown).toBe(MAILS);
    expect(result.unknown).toBeLessThanOrEqual(result.unknownAtMost);
  },
  900_000,
);
