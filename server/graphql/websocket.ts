import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";
import { GraphQLError } from "graphql";
import { handleProtocols, makeServer, type Context, type Server, type SubscribePayload } from "graphql-ws";
import { WebSocketServer } from "ws";
import { RateLimitedError } from "#domain/errors.js";
import { callerOf } from "../http/rate-limit.js";
import { requestIdOf } from "../http/request-id.js";
import type { Proven } from "../auth/authenticate.js";
import { proveSocket, type SocketCookie } from "../auth/prove-socket.js";
import type { Person } from "../auth/sessions.js";
import { NetworkGauge } from "./network-gauge.js";
import { codeOf, type NoteOperation } from "./note-operations.js";
import type { OpenedArgs } from "./event-stream.js";
import { KeepAlive } from "./keep-alive.js";
import { runProtocol } from "./socket-transport.js";
import { originOf, SubscriptionOpener, type Connection, type OpenerOptions } from "./subscription-opener.js";

const MAX_PAYLOAD_BYTES = 64 * 1024;
const INIT_WAIT_MS = 3000;
const MOST_SUBSCRIPTIONS = 20;
/** Over all sockets on this server: each may be a read four times a second, of the database that others wait for. */
const MOST_A_PERSON = 40;
/** Sockets of one network (IPv6: /64) on this server; an office behind one address fits. */
const MOST_A_NETWORK = 200;
const GOING_AWAY = 1001;
const TOO_MANY_REQUESTS = 4429;
/** How long clients may take to answer the close before their line is cut. */
const GOODBYE_MS = 2000;

export interface WebsocketOptions extends OpenerOptions {
  readonly noteOperation: NoteOperation;
  /** Who may open a socket at all, by its headers; a number is the status of the refusal. */
  admit(request: IncomingMessage): number | null;
  addressOf(request: IncomingMessage): string;
  cookieOf(request: IncomingMessage): SocketCookie | null;
}

type Socket = Context<Record<string, unknown> | undefined, Connection>;

/** Subscriptions over graphql-transport-ws on the path of the HTTP endpoint. Queries and mutations do not run here. */
export class GraphqlWebsocket {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD_BYTES,
    perMessageDeflate: false,
    handleProtocols,
  });
  private readonly protocol: Server<Connection>;
  private readonly keepAlive = new KeepAlive();
  private readonly networks = new NetworkGauge(MOST_A_NETWORK);
  private readonly opener: SubscriptionOpener;
  private readonly proven = new Set<Socket>();
  private isClosing = false;

  constructor(private readonly options: WebsocketOptions) {
    this.opener = new SubscriptionOpener(options);
    this.protocol = makeServer<Record<string, unknown> | undefined, Connection>({
      connectionInitWaitTimeout: INIT_WAIT_MS,
      onConnect: (socket) => this.connect(socket),
      onSubscribe: (socket, id, payload) => this.open(socket, id, payload),
      subscribe: (args) => {
        this.options.noteOperation("subscription", "OK");
        return (args as OpenedArgs).stream;
      },
      onNext: ({ extra }, _id, _payload, _args, result) => this.opener.payloadOf(result, extra),
      onError: ({ extra }, _id, _payload, errors) => {
        // Whoever was sent away has its answer, and what was the matter is noted.
        if (extra.socket.readyState !== extra.socket.OPEN) return;
        const formatted = errors.map((error) => this.options.formatError(error, originOf(extra)));
        this.options.noteOperation("subscription", codeOf(formatted));
        return formatted;
      },
      onClose: (socket) => {
        this.proven.delete(socket);
        socket.extra.leave?.();
      },
    });
  }

  listenOn(server: HttpServer): void {
    server.on("upgrade", (request, line, head) => {
      const refusal = this.isClosing ? 503 : this.options.admit(request);
      if (refusal !== null) return refuse(line, refusal);
      const leaveNetwork = this.networks.enter(this.options.addressOf(request));
      if (!leaveNetwork) return refuse(line, 429);
      line.once("close", leaveNetwork);
      this.sockets.handleUpgrade(request, line, head, (socket) => {
        const facts = {
          requestId: requestIdOf(request),
          ip: this.options.addressOf(request),
          userAgent: request.headers["user-agent"],
        };
        const cookie = this.options.cookieOf(request);
        runProtocol(this.protocol, { socket, line, facts, cookie }, this.keepAlive, this.options.log);
      });
    });
  }

  get load(): { readonly connections: number; readonly subscriptions: number } {
    const running = [...this.proven].map(({ subscriptions }) => Object.keys(subscriptions).length);
    return {
      connections: this.sockets.clients.size,
      subscriptions: running.reduce((sum, count) => sum + count, 0),
    };
  }

  /** Tells every client to come back elsewhere; resolves when all lines are down. */
  async close(): Promise<void> {
    this.isClosing = true;
    for (const socket of this.sockets.clients) socket.close(GOING_AWAY, "The server is going away");
    const cut = setTimeout(() => {
      for (const socket of this.sockets.clients) socket.terminate();
    }, GOODBYE_MS);
    await new Promise<void>((resolve) => this.sockets.close(() => resolve()));
    clearTimeout(cut);
    this.keepAlive.stop();
  }

  private async connect(socket: Socket): Promise<boolean> {
    const { extra } = socket;
    const { connectionParams = {} } = socket;
    const proven = await this.prove(connectionParams, extra);
    // What proves somebody is not kept for as long as they are connected.
    Object.assign(socket, { connectionParams: undefined });
    extra.cookie = null;
    if (!proven) return false;
    const leave = this.options.live.add(proven.person, extra.socket, proven.expiresAt);
    if (!leave) {
      extra.socket.close(TOO_MANY_REQUESTS, "Too many connections");
      return false;
    }
    extra.viewAs = connectionParams.viewAs;
    extra.person = proven.person;
    extra.budget = this.options.limits.open(callerOf(proven.person, extra.facts.ip ?? ""));
    extra.leave = leave;
    // It may have gone while the token was checked.
    if (extra.socket.readyState !== extra.socket.OPEN) leave();
    else this.proven.add(socket);
    return true;
  }

  /** Null, and the socket is closed with what fits, where 4403 would not. */
  private async prove(
    params: Record<string, unknown>,
    { cookie, facts, socket }: Connection,
  ): Promise<Proven | null> {
    const { authenticator, limits } = this.options;
    const credentials = { params, cookie, address: facts.ip ?? "" };
    try {
      return await proveSocket(authenticator, limits, credentials);
    } catch (error) {
      if (error instanceof RateLimitedError) socket.close(TOO_MANY_REQUESTS, error.message);
      else this.opener.giveUp({ socket, facts }, error);
      return null;
    }
  }

  private async open(
    socket: Socket,
    id: string,
    payload: SubscribePayload,
  ): Promise<OpenedArgs | readonly GraphQLError[]> {
    const { extra } = socket;
    if (Object.keys(socket.subscriptions).length > MOST_SUBSCRIPTIONS)
      return [tooMany(MOST_SUBSCRIPTIONS, "on one connection")];
    if (this.runningOf(extra.person) > MOST_A_PERSON)
      return [tooMany(MOST_A_PERSON, "for one person over all connections")];
    return this.opener.open(extra, id, payload);
  }

  /** Those that are being opened count too, so that none slips in beside them. */
  private runningOf(person: Person | undefined): number {
    const theirs = [...this.proven].filter(({ extra }) => extra.person?.userId === person?.userId);
    return theirs.reduce((sum, { subscriptions }) => sum + Object.keys(subscriptions).length, 0);
  }
}

function tooMany(most: number, where: string): GraphQLError {
  return new GraphQLError(`At most ${most} subscriptions run ${where}.`, {
    extensions: { code: "TOO_MANY_SUBSCRIPTIONS" },
  });
}

function refuse(line: Duplex, status: number): void {
  line.on("error", () => {});
  line.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
