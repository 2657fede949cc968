import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Speaker } from "./api.js";

export interface Attempt {
  readonly what: string;
  readonly status: number;
  readonly code: string | null;
  readonly retryAfter: string | null;
  readonly ms: number;
}

/** People at work: some make teams, each with a key until it is made, some read, and a balancer asks the probes. */
export class Work {
  readonly attempts: Attempt[] = [];
  readonly made: string[] = [];
  private isOver = false;
  private readonly running: Promise<unknown>;

  constructor(private readonly speaker: Speaker) {
    const makers = [1, 2, 3, 4].map(() => this.again(() => this.makeTeam()));
    const readers = [1, 2].map(() =>
      this.again(() => this.ask("read", "{ teams { edges { node { id } } } }")),
    );
    this.running = Promise.all([...makers, ...readers, this.again(() => this.live())]);
  }

  get refused(): Attempt[] {
    return this.attempts.filter(({ code }) => code !== null);
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async again(act: () => Promise<unknown>): Promise<void> {
    while (!this.isOver) {
      await act();
      await sleep(20);
    }
  }

  private async makeTeam(): Promise<void> {
    const [name, key] = [randomUUID(), randomUUID()];
    const mutation = `mutation ($name: String!, $key: String) {
      createTeam(input: { name: $name }, idempotencyKey: $key) { __typename } }`;
    while ((await this.ask("make", mutation, { name, key })).errors.length > 0) await sleep(50);
    this.made.push(name);
  }

  private async ask(what: string, document: string, variables = {}): Promise<Answer> {
    const begun = performance.now();
    const answer = await this.speaker.ask(document, variables);
    const code = answer.errors[0]?.extensions.code ?? null;
    const retryAfter = answer.headers.get("retry-after");
    this.attempts.push({ what, status: answer.status, code, retryAfter, ms: performance.now() - begun });
    return answer;
  }

  private async live(): Promise<void> {
    const begun = performance.now();
    const { status } = await this.speaker.fetch("/api/health/liveness");
    this.attempts.push({ what: "live", status, code: null, retryAfter: null, ms: performance.now() - begun });
  }
}
