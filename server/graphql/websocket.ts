import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";
import { getOperationAST, GraphQLError, type ExecutionArgs } from "graphql";
import { handleProtocols, makeServer, type Context, type Server } from "graphql-ws";
import { WebSocketServer } from "ws";
import { RateLimitedError, UnauthenticatedError } from "#domain/errors.js";
import type { RequestFacts } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";
import { reportError, traced } from "#platform/sentry.js";
import { isPassing, untilBack } from "#platform/until-back.js";
import type { RequestBudget, RequestLimits } from "#platform/rate-limits/request-budget.js";
import type { SchemaContext } from "#schema/context.js";
import { GIVE_UP_MS } from "#schema/shared-source.js";
import { networkOf } from "#platform/rate-limits/network.js";
import { callerOf } from "../http/rate-limit.js";
import { requestIdOf } from "../http/request-id.js";
import type { Authenticator, Proven } from "../auth/authenticate.js";
import { RIGHTS_CHANGED, type LiveConnections } from "../auth/live-connections.js";
import { proveSocket, type SocketCookie } from "../auth/prove-socket.js";
import { haveSameRights, type Person } from "../auth/sessions.js";
import type { ThroughEyes } from "../auth/through-eyes.js";
import { openEventStream, outageIn, type EventStream } from "./event-stream.js";
import type { ErrorFormatter, ErrorOrigin } from "./format-error.js";
import { codeOf, type NoteOperation } from "./note-operations.js";
import { runProtocol, TRY_AGAIN_LATER, type SocketExtra } from "./socket-transport.js";
import type { SubscriptionGuard } from "./subscription-guard.js";
import { labelOf } from "./trace-document.js";

const MAX_PAYLOAD_BYTES = 64 * 1024;
const INIT_WAIT_MS = 3000;
const MOST_SUBSCRIPTIONS = 20;
/** Over all sockets on this server: each may be a read four times a second, of the database that others wait for. */
const MOST_A_PERSON = 40;
/** Sockets of one network (IPv6: /64) on this server; an office behind one address fits. */
const MOST_A_NETWORK = 200;
const GOING_AWAY = 1001;
const FORBIDDEN = 4403;
const TOO_MANY_REQUESTS = 4429;
/** How long clients may take to answer the close before their line is cut. */
const GOODBYE_MS = 2000;

export interface WebsocketOptions {
  readonly guard: SubscriptionGuard;
  readonly formatError: ErrorFormatter;
  readonly noteOperation: NoteOperation;
  readonly authenticator: Authenticator;
  readonly live: LiveConnections;
  readonly log: Logger;
  readonly limits: RequestLimits;
  readonly throughEyes: ThroughEyes;
  openContext(person: Person, request: RequestFacts, budget: RequestBudget): SchemaContext;
  /** Who may open a socket at all, by its headers; a number is the status of the refusal. */
  admit(request: IncomingMessage): number | null;
  addressOf(request: IncomingMessage): string;
  cookieOf(request: IncomingMessage): SocketCookie | null;
}

interface Connection extends SocketExtra {
  readonly facts: RequestFacts;
  person?: Person;
  budget?: RequestBudget;
  /** Through whose eyes this person looks. */
  viewAs?: unknown;
  leave?: () => void;
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
  private readonly networks = new Map<string, number>();
  private readonly proven = new Set<Socket>();
  private isClosing = false;

  constructor(private readonly options: WebsocketOptions) {
    this.protocol = makeServer<Record<string, unknown> | undefined, Connection>({
      connectionInitWaitTimeout: INIT_WAIT_MS,
      onConnect: (socket) => this.connect(socket),
      onSubscribe: (socket, id, payload) => this.open(socket, id, payload),
      subscribe: (args) => {
        this.options.noteOperation("subscription", "OK");
        return (args as OpenedArgs).stream;
      },
      onNext: ({ extra }, _id, _payload, _args, result) => ({
        ...result,
        errors: result.errors?.map((error) => this.options.formatError(error, originOf(extra))),
      }),
      onError: ({ extra }, _id, _payload, errors) => {
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
      const leaveNetwork = this.enterNetwork(request);
      if (!leaveNetwork) return refuse(line, 429);
      line.once("close", leaveNetwork);
      this.sockets.handleUpgrade(request, line, head, (socket) => {
        const facts = {
          requestId: requestIdOf(request),
          ip: this.options.addressOf(request),
          userAgent: request.headers["user-agent"],
        };
        runProtocol(this.protocol, { socket, request, facts }, this.options.log);
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

  /** @returns what takes it off again; null when its network has as many sockets as it may, here */
  private enterNetwork(request: IncomingMessage): (() => void) | null {
    const network = networkOf(this.options.addressOf(request));
    const open = this.networks.get(network) ?? 0;
    if (open >= MOST_A_NETWORK) return null;
    this.networks.set(network, open + 1);
    return () => {
      const left = (this.networks.get(network) ?? 1) - 1;
      if (left > 0) this.networks.set(network, left);
      else this.networks.delete(network);
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
  }

  private async connect(socket: Socket): Promise<boolean> {
    const { connectionParams, extra } = socket;
    const proven = await this.prove(connectionParams ?? {}, extra);
    if (!proven) return false;
    const leave = this.options.live.add(proven.person, extra.socket, proven.expiresAt);
    if (!leave) {
      extra.socket.close(TOO_MANY_REQUESTS, "Too many connections");
      return false;
    }
    extra.viewAs = (connectionParams ?? {}).viewAs;
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
    { request, facts, socket }: Connection,
  ): Promise<Proven | null> {
    const { authenticator, cookieOf, limits } = this.options;
    const credentials = { params, cookie: cookieOf(request), address: facts.ip ?? "" };
    try {
      return await proveSocket(authenticator, limits, credentials);
    } catch (error) {
      if (error instanceof RateLimitedError) socket.close(TOO_MANY_REQUESTS, error.message);
      else this.giveUp({ socket, facts }, error);
      return null;
    }
  }

  private async open(
    socket: Socket,
    _id: string,
    payload: Parameters<SubscriptionGuard>[0],
  ): Promise<OpenedArgs | readonly GraphQLError[]> {
    const { extra } = socket;
    if (Object.keys(socket.subscriptions).length > MOST_SUBSCRIPTIONS)
      return [tooMany(MOST_SUBSCRIPTIONS, "on one connection")];
    if (this.runningOf(extra.person) > MOST_A_PERSON)
      return [tooMany(MOST_A_PERSON, "for one person over all connections")];
    const args = this.options.guard(payload);
    if (!("document" in args)) return args;
    try {
      // Facts of its own: what a subscription does is told apart from what its neighbours on the socket do.
      const own = { ...extra, facts: { ...extra.facts } };
      const opened = await traced("websocket.subscribe", `WS /graphql (${nameOf(args)})`, own.facts, () =>
        this.start(args, own),
      );
      const outage = Array.isArray(opened) ? outageIn(opened) : null;
      if (outage) throw outage;
      return opened;
    } catch (error) {
      if (!isPassing(error)) return [wrapped(error as Error)];
      this.giveUp(extra, error);
      return [];
    }
  }

  private async start(args: ExecutionArgs, extra: Connection): Promise<OpenedArgs | readonly GraphQLError[]> {
    const giveUpAt = performance.now() + GIVE_UP_MS;
    const isEnough = () => extra.socket.readyState !== extra.socket.OPEN || performance.now() > giveUpAt;
    const contextValue = await untilBack(() => this.renew(extra), isEnough);
    if (!contextValue) return [wrapped(new UnauthenticatedError())];
    // A subscription opens with a read: whoever opens and ends them in turn reads as much as by requests.
    await extra.budget!.spend(1);
    const stream = await openEventStream(
      { ...args, contextValue },
      { renew: () => this.renew(extra), giveUp: (error) => this.giveUp(extra, error) },
    );
    return Array.isArray(stream) ? stream : { ...args, contextValue, stream: stream as EventStream };
  }

  /** Those that are being opened count too, so that none slips in beside them. */
  private runningOf(person: Person | undefined): number {
    const theirs = [...this.proven].filter(({ extra }) => extra.person?.userId === person?.userId);
    return theirs.reduce((sum, { subscriptions }) => sum + Object.keys(subscriptions).length, 0);
  }

  /** For want of an answer of ours: the client is not refused, it is to come back. */
  private giveUp(
    { socket, facts, person }: Pick<Connection, "socket" | "facts"> & { person?: Person },
    error: unknown,
  ): void {
    if (socket.readyState !== socket.OPEN) return;
    const { requestId } = facts;
    this.options.log.error({ err: error, requestId }, "a websocket is closed: what it needs is away");
    reportError(error, { request: facts, actor: person, where: "a websocket" });
    socket.close(TRY_AGAIN_LATER, "Try again later");
  }

  /** A context with the rights of now. Whoever has lost the session or has other rights by now is shown out. */
  private async renew({ person, facts, socket, budget, viewAs }: Connection): Promise<SchemaContext | null> {
    const now = person && (await this.options.authenticator.sessions.find(person, facts));
    if (!now || !haveSameRights(now, person)) {
      socket.close(FORBIDDEN, now ? RIGHTS_CHANGED : "The session has ended");
      return null;
    }
    const seen = await this.options.throughEyes(now, facts, viewAs);
    return this.options.openContext(seen as Person, facts, budget!);
  }
}

/** The stream is opened before the protocol answers, so that a refusal is an error message, not an event. */
interface OpenedArgs extends ExecutionArgs {
  readonly stream: EventStream;
}

function nameOf({ document, operationName }: ExecutionArgs): string {
  const operation = getOperationAST(document, operationName);
  return operation ? labelOf(operation) : "subscription";
}

const originOf = ({ facts, person }: Connection): ErrorOrigin => ({ request: facts, actor: person });

/** The protocol wants GraphQL errors; the formatter looks inside. */
function wrapped(error: Error): GraphQLError {
  return new GraphQLError(error.message, { originalError: error });
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
