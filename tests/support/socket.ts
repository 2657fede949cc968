import { once } from "node:events";
import { WebSocket, type ClientOptions } from "ws";
import type { WireError } from "./api.js";
import { eventually } from "./eventually.js";

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface SocketOptions extends ClientOptions {
  /** Default graphql-transport-ws. */
  readonly protocol?: string;
}

/** A subscriber on the wire: sees every message of the protocol and how the socket was closed. */
export class TestSocket {
  readonly messages: Message[] = [];
  readonly closed: Promise<Closed>;
  private lastId = 0;

  private constructor(readonly raw: WebSocket) {
    raw.on("message", (text) => this.messages.push(JSON.parse(String(text)) as Message));
    raw.on("error", () => {}); // a close or a refusal tells it
    this.closed = new Promise((resolve) => {
      raw.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  /** Opens it, without a word of the protocol. @throws Error with the status when the upgrade is refused */
  static async open(url: string, options: SocketOptions = {}): Promise<TestSocket> {
    const { protocol = "graphql-transport-ws", ...rest } = options;
    const raw = new WebSocket(`${url.replace("http", "ws")}/graphql`, protocol, rest);
    const socket = new TestSocket(raw);
    await Promise.race([
      once(raw, "open"),
      new Promise<never>((_, reject) => {
        raw.once("unexpected-response", (_request, response) =>
          reject(new Error(`upgrade refused with ${response.statusCode}`)),
        );
        raw.once("error", reject);
      }),
    ]);
    return socket;
  }

  /** Opens it and introduces itself; resolves when the server has acknowledged. @throws Error when it closes instead */
  static async connect(url: string, authorization: string | undefined): Promise<TestSocket> {
    const socket = await TestSocket.open(url);
    socket.send({
      type: "connection_init",
      payload: authorization === undefined ? undefined : { authorization },
    });
    const refused = socket.closed.then(({ code }) => Promise.reject(new Error(`closed with ${code}`)));
    await Promise.race([socket.until((message) => message.type === "connection_ack"), refused]);
    refused.catch(() => {});
    return socket;
  }

  send(message: object | string): void {
    this.raw.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** @returns the id of the operation */
  subscribe(query: string, variables?: object): string {
    this.lastId += 1;
    const id = `op-${this.lastId}`;
    this.send({ type: "subscribe", id, payload: { query, variables } });
    return id;
  }

  complete(id: string): void {
    this.send({ type: "complete", id });
  }

  until(isWanted: (message: Message) => boolean, timeoutMs = 8000): Promise<Message> {
    return eventually(() => this.messages.find(isWanted), Boolean, timeoutMs) as Promise<Message>;
  }

  /** The events of an operation so far. */
  events(id: string): Message[] {
    return this.messages.filter((message) => message.id === id && message.type === "next");
  }

  /** Waits for the event with this index, the first being 0. */
  async event<T = Record<string, unknown>>(id: string, index = 0, timeoutMs = 8000): Promise<T> {
    const events = await eventually(
      () => this.events(id),
      (seen) => seen.length > index,
      timeoutMs,
    );
    const { data, errors } = events[index]!.payload as { data?: T; errors?: WireError[] };
    if (errors) throw new Error(`the event has errors: ${JSON.stringify(errors)}`);
    return data!;
  }

  /** Waits for the refusal of an operation. */
  async refusal(id: string): Promise<readonly WireError[]> {
    const message = await this.until((seen) => seen.id === id && seen.type === "error");
    return message.payload as WireError[];
  }

  async close(): Promise<void> {
    this.raw.close();
    await this.closed;
  }
}
