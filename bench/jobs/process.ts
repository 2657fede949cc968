/**
 * A contestant in a process of its own, so that its CPU is its own: plays a round whenever it is told its plan.
 * Arguments: its name, the address of PostgreSQL, that of Redis.
 */
import { CONTESTANTS } from "./contestants.js";
import { playRound, type Plan } from "./round.js";

const [name, databaseUrl, redisUrl] = process.argv.slice(2) as [string, string, string];
const contestant = await CONTESTANTS[name]!.open({ databaseUrl, redisUrl });
process.on("message", (plan: Plan | "close") => {
  const ended =
    plan === "close" ? close() : playRound(contestant, plan).then((round) => process.send?.(round));
  ended.catch((error: Error) => {
    process.stderr.write(`${name}: ${error.stack}\n`);
    process.exit(1);
  });
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");

async function close(): Promise<void> {
  await contestant.close();
  process.exit(0);
}
