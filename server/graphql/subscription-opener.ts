import { getOperationAST, GraphQLError, type ExecutionArgs, type ExecutionResult } from "graphql";
import type { SubscribePayload } from "graphql-ws";
import { UnauthenticatedError } from "#domain/errors.js";
import type { RequestFacts } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";
import type { RequestBudget, RequestLimits } from "#platform/rate-limits/request-budget.js";
import { reportError, traced } from "#platform/sentry.js";
import { isPassing, untilBack } from "#platform/until-back.js";
import type { SchemaContext } from "#schema/context.js";
import { GIVE_UP_MS } from "#schema/shared-source.js";
import type { Authenticator } from "../auth/authenticate.js";
import { RIGHTS_CHANGED, type LiveConnections } from "../auth/live-connections.js";
import type { SocketCookie } from "../auth/prove-socket.js";
import { haveSameRights, type Person } from "../auth/sessions.js";
import type { ThroughEyes } from "../auth/through-eyes.js";
import { openEventStream, outageIn, type OpenedArgs } from "./event-stream.js";
import type { ErrorFormatter, ErrorOrigin } from "./format-error.js";
import type { Subscriber } from "./shared-member.js";
import { SharedSubscriptions } from "./shared-subscription.js";
import { sharingKey } from "./sharing-key.js";
import { TRY_AGAIN_LATER, type SocketExtra } from "./socket-transport.js";
import type { SubscriptionGuard } from "./subscription-guard.js";
import { labelOf } from "./trace-document.js";

/** graphql-transport-ws: the server no longer accepts this client. */
const FORBIDDEN = 4403;

export interface OpenerOptions {
  readonly guard: SubscriptionGuard;
  readonly formatError: ErrorFormatter;
  readonly authenticator: Authenticator;
  readonly live: LiveConnections;
  readonly log: Logger;
  readonly limits: RequestLimits;
  readonly throughEyes: ThroughEyes;
  openContext(person: Person, request: RequestFacts, budget: RequestBudget): SchemaContext;
}

/** What is known of a socket; whose it is only after its connection_init. */
export interface Connection extends SocketExtra {
  readonly facts: RequestFacts;
  /** Until it is known whose it is. */
  cookie: SocketCookie | null;
  person?: Person;
  budget?: RequestBudget;
  /** Through whose eyes this person looks. */
  viewAs?: unknown;
  leave?: () => void;
}

export const originOf = ({ facts, person }: Pick<Connection, "facts" | "person">): ErrorOrigin => ({
  request: facts,
  actor: person,
});

/**
 * Opens subscriptions with the rights of now, and answers each event with the rights of then. The stream is opened before
 * the protocol answers, so that a refusal is an error message, not an event.
 */
export class SubscriptionOpener {
  private readonly shared = new SharedSubscriptions();

  constructor(private readonly options: OpenerOptions) {}

  async open(
    extra: Connection,
    id: string,
    payload: SubscribePayload,
  ): Promise<OpenedArgs | readonly GraphQLError[]> {
    const args = this.options.guard(payload);
    if (!("document" in args)) return args;
    try {
      // Facts of its own: what a subscription does is told apart from what its neighbours on the socket do.
      const own = { ...extra, facts: { ...extra.facts } };
      const opened = await traced("websocket.subscribe", `WS /graphql (${nameOf(args)})`, own.facts, () =>
        this.start(args, own, id, payload),
      );
      const outage = Array.isArray(opened) ? outageIn(opened) : null;
      if (outage) throw outage;
      return opened;
    } catch (error) {
      if (isPassing(error)) this.giveUp(extra, error);
      return [wrapped(error as Error)];
    }
  }

  /** Whether it is known of all sessions that they go on. */
  get areSessionsChecked(): boolean {
    return this.options.live.areChecked;
  }

  /** What goes over the wire for an event. */
  payloadOf(result: ExecutionResult, extra: Pick<Connection, "facts" | "person">) {
    const errors = result.errors?.map((error) => this.options.formatError(error, originOf(extra)));
    return { ...result, errors };
  }

  /** For want of an answer of ours: the client is not refused, it is to come back. */
  giveUp(connection: Pick<Connection, "socket" | "facts" | "person">, error: unknown): void {
    const { socket } = connection;
    if (socket.readyState !== socket.OPEN) return;
    this.noteOutage(connection, error);
    sendAway(socket);
  }

  noteOutage({ facts, person }: Pick<Connection, "facts" | "person">, error: unknown): void {
    const { requestId } = facts;
    this.options.log.error({ err: error, requestId }, "a websocket is closed: what it needs is away");
    reportError(error, { request: facts, actor: person, where: "a websocket" });
  }

  private async start(
    args: ExecutionArgs,
    extra: Connection,
    id: string,
    payload: SubscribePayload,
  ): Promise<OpenedArgs | readonly GraphQLError[]> {
    const giveUpAt = performance.now() + GIVE_UP_MS;
    const isEnough = () => extra.socket.readyState !== extra.socket.OPEN || performance.now() > giveUpAt;
    const contextValue = await untilBack(() => this.renew(extra), isEnough);
    if (!contextValue) return [wrapped(new UnauthenticatedError())];
    // A subscription opens with a read: whoever opens and ends them in turn reads as much as by requests.
    await extra.budget!.spend(1);
    // Whose eyes somebody looks through may change with every event.
    const key = extra.viewAs === undefined ? sharingKey(args, payload, extra.person!) : null;
    const opening = { ...args, contextValue };
    if (key !== null) return this.shared.join(key, opening, new SocketSubscriber(this, extra, id));
    const stream = await openEventStream(opening, {
      renew: () => this.renew(extra),
      giveUp: (error) => this.giveUp(extra, error),
    });
    return "next" in stream ? { ...opening, stream } : stream;
  }

  /** A context with the rights of now. Whoever has lost the session or has other rights by now is shown out. */
  async renew({ person, facts, socket, budget, viewAs }: Connection): Promise<SchemaContext | null> {
    const now = person && (await this.options.authenticator.sessions.find(person, facts));
    if (!now || !haveSameRights(now, person)) {
      socket.close(FORBIDDEN, now ? RIGHTS_CHANGED : "The session has ended");
      return null;
    }
    const seen = await this.options.throughEyes(now, facts, viewAs);
    return this.options.openContext(seen as Person, facts, budget!);
  }
}

/** One of those who share. There may be thousands: a class, so that they share their methods, too. */
class SocketSubscriber implements Subscriber {
  constructor(
    private readonly opener: SubscriptionOpener,
    private readonly connection: Connection,
    readonly id: string,
  ) {}

  get socket() {
    return this.connection.socket;
  }

  get line() {
    return this.connection.line;
  }

  mayBeTold(): boolean {
    return this.opener.areSessionsChecked;
  }

  renew(): Promise<SchemaContext | null> {
    return this.opener.renew(this.connection);
  }

  noteOutage(error: unknown): void {
    this.opener.noteOutage(this.connection, error);
  }

  sendAway(): void {
    sendAway(this.connection.socket);
  }

  payloadOf(result: ExecutionResult): object {
    return this.opener.payloadOf(result, this.connection);
  }
}

function sendAway(socket: Connection["socket"]): void {
  socket.close(TRY_AGAIN_LATER, "Try again later");
}

function nameOf({ document, operationName }: ExecutionArgs): string {
  const operation = getOperationAST(document, operationName);
  return operation ? labelOf(operation) : "subscription";
}

/** The protocol wants GraphQL errors; the formatter looks inside. */
function wrapped(error: Error): GraphQLError {
  return new GraphQLError(error.message, { originalError: error });
}
