import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** One request of the API: `said` sees what it answered, and returns what is wrong with it. */
export interface Call {
  readonly document: string;
  readonly variables?: object;
  said?(result: Record<string, unknown>): string | void;
}

export interface CrowdOptions {
  readonly url: string;
  readonly authorization: string;
  readonly clients: number;
  /** Between an answer and the next request of the same client. */
  readonly pauseMs: number;
  /** What a client asks next. */
  next(client: number): Call;
}

/** A request that has no answer by then has failed. */
const GIVE_UP_MS = 30_000;

/** Clients that ask again and again, each on a line of its own that it keeps open, and count what went wrong. */
export class Crowd {
  /** Answered or failed. */
  requests = 0;
  slowestMs = 0;
  /** One line for each failure. */
  readonly failures: string[] = [];
  private isOver = false;
  private readonly running: Promise<unknown>;

  constructor(private readonly options: CrowdOptions) {
    this.running = Promise.all(Array.from({ length: options.clients }, (_, n) => this.live(n)));
  }

  /** Resolves when each has the answer to what it asked last. */
  async end(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async live(client: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!this.isOver) {
      await this.once(agent, this.options.next(client));
      await sleep(this.options.pauseMs);
    }
    agent.destroy();
  }

  private async once(agent: Agent, call: Call): Promise<void> {
    const begun = performance.now();
    const fault = await this.ask(agent, call).catch((error: Error) => error.message);
    const ms = performance.now() - begun;
    this.requests += 1;
    this.slowestMs = Math.max(this.slowestMs, ms);
    if (fault) this.failures.push(`${fault} after ${Math.round(ms)} ms: ${call.document.slice(0, 60)}`);
  }

  private async ask(agent: Agent, { document, variables, said }: Call): Promise<string | void> {
    const { status, text } = await this.post(agent, JSON.stringify({ query: document, variables }));
    if (status !== 200) return `${status} ${text.slice(0, 200)}`;
    const { data, errors } = JSON.parse(text) as { data?: Record<string, unknown>; errors?: unknown };
    if (errors || !data) return `errors ${JSON.stringify(errors).slice(0, 200)}`;
    return said?.(data);
  }

  private post(agent: Agent, body: string): Promise<{ status: number; text: string }> {
    const { url, authorization } = this.options;
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      authorization,
    };
    return new Promise((resolve, reject) => {
      const call = request(`${url}/graphql`, { agent, method: "POST", headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.once("error", reject);
      });
      call.setTimeout(GIVE_UP_MS, () => call.destroy(new Error(`no answer in ${GIVE_UP_MS / 1000} s`)));
      call.once("error", reject).end(body);
    });
  }
}
