/**
 * A contestant in a process of its own, so that its CPU is its own. Arguments: its name, the addresses of PostgreSQL,
 * Redis and the mail server. Told a number it gets ready for so many mails, told "send" it sends them.
 */
import { openBeeQueue } from "./bee-queue.js";
import type { Open } from "./contestant.js";
import { openNodemailer } from "./nodemailer.js";
import { openPostwatch, openSecondWorker } from "./postwatch.js";

const OPEN: Readonly<Record<string, Open>> = {
  "nodemailer loop": openNodemailer,
  "bee-queue, a job a mail": openBeeQueue,
  "Postwatch, one worker": openPostwatch,
  "second worker": openSecondWorker,
};

const [name, databaseUrl, redisUrl, smtpUrl] = process.argv.slice(2) as [string, string, string, string];
const contestant = await OPEN[name]!({ databaseUrl, redisUrl, smtpUrl });

process.on("message", (order: number | "send" | "close") => {
  carryOut(order).catch((error: Error) => {
    process.stderr.write(`${name}: ${error.stack}\n`);
    process.exit(1);
  });
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");

async function carryOut(order: number | "send" | "close"): Promise<void> {
  if (order === "send") await contestant.send();
  else if (order === "close") await contestant.close();
  else await contestant.prepare(order);
  process.send?.("done", () => order === "close" && process.exit(0));
}
