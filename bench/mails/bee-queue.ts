import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { redisAddress } from "#platform/redis.js";
import { CONNECTIONS, type Contestant, type Servers } from "./contestant.js";
import { mailOf, openTransport } from "./nodemailer.js";

interface Job {
  readonly data: { readonly number: number };
}
interface Queue {
  ready(): Promise<unknown>;
  createJob(body: { number: number }): Job;
  saveAll(jobs: readonly Job[]): Promise<Map<unknown, Error>>;
  process(concurrency: number, handler: (job: Job) => Promise<void>): void;
  close(timeoutMs: number): Promise<void>;
}
const Bee = createRequire(import.meta.url)("bee-queue") as new (name: string, settings: object) => Queue;
const AT_ONCE = 1_000;

/** As most products do it: a job a mail, sent by nodemailer, forgotten when it has succeeded. */
export async function openBeeQueue({ redisUrl, smtpUrl }: Servers): Promise<Contestant> {
  const transport = openTransport(smtpUrl);
  const settings = {
    redis: { path: redisAddress(redisUrl) },
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
  };
  const producer = new Bee("bench-mails", { ...settings, isWorker: false });
  await producer.ready();
  let left = 0;
  return {
    async prepare(count) {
      left = count;
      for (let first = 0; first < count; first += AT_ONCE) {
        const jobs = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, n) =>
          producer.createJob({ number: first + n }),
        );
        for (const failure of (await producer.saveAll(jobs)).values()) throw failure;
      }
    },
    async send() {
      const consumer = new Bee("bench-mails", { ...settings, isWorker: true });
      await consumer.ready();
      await new Promise<void>((resolve) => {
        consumer.process(CONNECTIONS, async ({ data }) => {
          await transport.sendMail(mailOf(data.number));
          left -= 1;
          if (left === 0) resolve();
        });
      });
      // A consumer that is asked to end in the middle of BRPOPLPUSH waits for its whole timeout otherwise.
      await Promise.race([consumer.close(500).catch(() => {}), sleep(1_000)]);
    },
    async close() {
      await producer.close(100).catch(() => {});
      transport.close();
    },
  };
}
