import {
  contextLinesIntegration,
  defaultStackParser,
  eventFiltersIntegration,
  linkedErrorsIntegration,
  makeNodeTransport,
  nodeContextIntegration,
  NodeClient,
  Scope,
  type EventHint,
} from "@sentry/node";
import { VERSION } from "../version.js";
import type { Scrub } from "../scrub.js";
import { cleanError } from "./clean-error.js";
import { cleanEvent } from "./clean-event.js";
import { directTransport } from "./direct-transport.js";
import { auditLink, tagsOf, type ErrorFacts } from "./error-facts.js";
import { ReportBudget } from "./report-budget.js";
import { trailOf } from "./trail.js";
import { traceOf, type FinishedTrace } from "./trace.js";

export interface TrackerOptions {
  readonly dsn: string;
  readonly role: "server" | "worker";
  readonly environment: string;
  readonly publicUrl: string;
  readonly scrub: Scrub;
  /** Whether the environment names a proxy, which the SDK's own transport knows how to use. */
  readonly isProxied: boolean;
}

/** What databases and Node say besides the message, such as 42P01. */
function codeOf(thrown: unknown): Record<string, string> {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return typeof code === "string" && /^[A-Z0-9_]{2,40}$/.test(code) ? { code } : {};
}

/** The id of the event is the id that the caller got, so that either finds it. */
function hintOf({ errorId, isFatal }: ErrorFacts): EventHint {
  const mechanism = { type: "generic", handled: !isFatal };
  return { ...(errorId && { event_id: errorId.replaceAll("-", "") }), data: { mechanism } };
}

/** Of one kind a minute, and of all kinds. */
const MOST_OF_A_KIND = 10;
const MOST_REPORTS = 100;

/**
 * The SDK, as little of it as there is: a client of its own instead of the global one, nothing that instruments, loads
 * hooks or watches. Everything else of it costs each request, also those that are not traced (docs/decisions/0009).
 */
export class Tracker {
  private readonly client: NodeClient;
  private readonly budget = new ReportBudget(MOST_OF_A_KIND, MOST_REPORTS);
  private readonly seen = new WeakSet<object>();

  constructor(private readonly options: TrackerOptions) {
    const { dsn, environment, scrub } = options;
    this.client = new NodeClient({
      dsn,
      environment,
      release: `postwatch@${VERSION}`,
      integrations: [
        eventFiltersIntegration({ disableErrorDefaults: true }),
        linkedErrorsIntegration(),
        contextLinesIntegration(),
        nodeContextIntegration({ app: false, culture: false, device: false, cloudResource: false }),
      ],
      enableRuntimeChannelInjection: false,
      traceLifecycle: "static",
      sendClientReports: false,
      dataCollection: {
        userInfo: false,
        cookies: false,
        httpHeaders: false,
        httpBodies: [],
        urlQueryParams: false,
        graphQL: { document: false, variables: false },
        databaseQueryData: false,
        queues: false,
        stackFrameVariables: false,
      },
      stackParser: defaultStackParser,
      transport: options.isProxied ? makeNodeTransport : directTransport,
      beforeSend: (event) => cleanEvent(event, scrub),
    });
    this.client.init();
  }

  report(thrown: unknown, facts: ErrorFacts): void {
    if (typeof thrown === "object" && thrown !== null) {
      if (this.seen.has(thrown)) return;
      this.seen.add(thrown);
    }
    const error = cleanError(thrown, this.options.scrub);
    if (!this.budget.take(`${error.name} ${error.message.slice(0, 200)}`)) return;
    this.client.captureException(error, hintOf(facts), this.scopeOf(thrown, facts));
  }

  private scopeOf(thrown: unknown, facts: ErrorFacts): Scope {
    const scope = new Scope();
    const { tags, userId } = tagsOf(facts);
    scope.setTags({ ...tags, role: this.options.role, ...codeOf(thrown) });
    if (userId !== undefined) scope.setUser({ id: userId });
    scope.setLevel(facts.isFatal ? "fatal" : "error");
    const audit = auditLink(this.options.publicUrl, facts.request);
    if (audit !== undefined) scope.setExtra("audit", audit);
    for (const { at, category, message } of trailOf(facts.request))
      scope.addBreadcrumb({ timestamp: at, category, message });
    const trace = facts.request && traceOf(facts.request);
    if (trace)
      scope.setPropagationContext({ traceId: trace.traceId, parentSpanId: trace.spanId, sampleRand: 0 });
    return scope;
  }

  /** Not by the SDK's own way, on which each event is copied and normalised thrice: a trace has names and times only. */
  send({ event, context }: FinishedTrace): void {
    const header = { event_id: event.event_id!, sent_at: new Date().toISOString(), trace: context };
    void this.client.sendEnvelope([header, [[{ type: "transaction" }, event]]]);
  }

  /** Sends what waits; false when that is not done in time. */
  async close(timeoutMs: number): Promise<boolean> {
    return this.client.close(timeoutMs);
  }
}
