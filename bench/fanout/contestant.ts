import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Delivered, Order } from "./clients.js";
import type { Listening, Usage } from "./serve.js";

export interface Figures {
  readonly cpuMicroseconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the messages that were due. */
  readonly deliveredShare: number;
}

const at = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

async function answered<T>(child: ChildProcess): Promise<T> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, "exit", { signal }).then(([code]) =>
    Promise.reject(new Error(`${child.spawnargs.at(-1)} ended: ${code}`)),
  );
  const [answer] = (await Promise.race([once(child, "message", { signal }), ended])) as [T];
  ended.catch(() => {});
  waiting.abort();
  return answer;
}

function ask<T>(child: ChildProcess, order: string | Order): Promise<T> {
  const answer = answered<T>(child);
  child.send(order);
  return answer;
}

/** A server and its clients, each a process; it ticks only while it is measured. */
export class Contestant {
  private constructor(
    readonly name: string,
    private readonly server: ChildProcess,
    private readonly clients: ChildProcess,
    private readonly count: number,
    readonly memoryKB: number,
  ) {}

  static async start(
    name: string,
    file: string,
    count: number,
    environment: Record<string, string>,
  ): Promise<Contestant> {
    const server = fork(at(file), {
      env: { PATH: process.env["PATH"], NODE_ENV: "production", ...environment },
      execArgv: ["--expose-gc"],
    });
    const listening = await answered<Listening>(server);
    const clients = fork(at("./clients.js"));
    // What the first sockets set up is not counted as theirs.
    const before = await ask<Usage>(server, "memory");
    await ask(clients, { open: { ...listening, count, speaks: file !== "./raw.js" } });
    server.send("tick");
    await sleep(2000);
    server.send("pause");
    await sleep(1000);
    const after = await ask<Usage>(server, "memory");
    return new Contestant(name, server, clients, count, (after.resident - before.resident) / count / 1024);
  }

  async measure(seconds: number, everyMs: number): Promise<Figures> {
    this.server.send("tick");
    await sleep(800);
    const before = await ask<Usage>(this.server, "usage");
    await ask(this.clients, { begin: true });
    await sleep(seconds * 1000);
    const after = await ask<Usage>(this.server, "usage");
    const delivered = await ask<Delivered>(this.clients, { end: true });
    this.server.send("pause");
    await sleep(400);
    return {
      cpuMicroseconds: (after.cpu - before.cpu) / delivered.count,
      p50Ms: delivered.p50Ms,
      p99Ms: delivered.p99Ms,
      deliveredShare: delivered.count / ((seconds * 1000 * this.count) / everyMs),
    };
  }

  async stop(): Promise<void> {
    this.clients.kill("SIGKILL");
    await once(this.clients, "exit");
    this.server.send("stop");
    await once(this.server, "exit");
  }
}
