import { randomBytes } from "node:crypto";
import type { Event } from "@sentry/node";
import type { Upstream } from "./upstream.js";

type TransactionEvent = Event & { type: "transaction" };

interface Span {
  readonly id: string;
  readonly parentId: string;
  readonly op: string;
  readonly name: string;
  readonly beganAt: number;
  endedAt: number;
}

/** What says to a tracker of which trace an envelope is. */
export type TraceContext = Readonly<Record<string, string>>;

export interface FinishedTrace {
  readonly event: TransactionEvent;
  readonly context: TraceContext;
}

/** Where traces go when they are over, and what each says of this process. */
export interface TraceEnd {
  readonly role: string;
  readonly context: TraceContext;
  /** A name as it may leave. */
  nameOf(name: string): string;
  send(trace: FinishedTrace): void;
}

/** A document can ask for much; what comes after these is not told. */
const MOST_SPANS = 200;
/** Seconds since 1970, finer than Date. */
const now = (): number => (performance.timeOrigin + performance.now()) / 1000;

/** One request, subscription or job that the dice have chosen: its spans have names and times, never a value. */
export class Trace {
  /** All of its chance at once: asking for it is what making ids costs. */
  private readonly chance = randomBytes(46).toString("hex");
  readonly traceId: string;
  readonly spanId = this.chance.slice(0, 16);
  private readonly beganAt = now();
  private readonly spans: Span[] = [];
  private around: string = this.spanId;
  private isOver = false;

  constructor(
    readonly op: string,
    public name: string,
    private readonly upstream: Upstream | undefined,
    private readonly goal: TraceEnd,
  ) {
    this.traceId = upstream?.traceId ?? this.chance.slice(16, 48);
  }

  /** @returns what ends the span; spans that begin before it does and are not `leaf` are inside it */
  begin(op: string, name: string, isLeaf = true): () => void {
    if (this.isOver || this.spans.length === MOST_SPANS) return () => {};
    const id = this.chance.slice(80) + this.spans.length.toString(16).padStart(4, "0");
    const span: Span = { id, parentId: this.around, op, name, beganAt: now(), endedAt: 0 };
    this.spans.push(span);
    if (!isLeaf) this.around = span.id;
    return () => {
      span.endedAt = now();
      if (this.around === span.id) this.around = span.parentId;
    };
  }

  async timed<T>(op: string, name: string, work: () => Promise<T>): Promise<T> {
    const end = this.begin(op, name);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Once; what a span that has not ended would tell is left out. */
  end(status: "ok" | "internal_error"): void {
    if (this.isOver) return;
    this.isOver = true;
    const timestamp = now();
    const { traceId: trace_id, spanId: span_id, op, upstream, goal } = this;
    const name = goal.nameOf(this.name);
    const parent = upstream && { parent_span_id: upstream.spanId };
    const event: TransactionEvent = {
      type: "transaction",
      event_id: this.chance.slice(48, 80),
      platform: "node",
      transaction: name,
      transaction_info: { source: "route" },
      release: goal.context["release"],
      environment: goal.context["environment"],
      tags: { role: goal.role },
      start_timestamp: this.beganAt,
      timestamp,
      contexts: { trace: { trace_id, span_id, op, status, data: {}, ...parent } },
      spans: this.spans
        .filter(({ endedAt }) => endedAt > 0)
        .map((span) => ({
          trace_id,
          span_id: span.id,
          parent_span_id: span.parentId,
          op: span.op,
          description: span.name,
          start_timestamp: span.beganAt,
          timestamp: span.endedAt,
          status: "ok",
          data: {},
        })),
    };
    goal.send({ event, context: { ...goal.context, trace_id, transaction: name, sampled: "true" } });
  }
}

const TRACE = Symbol("trace");
interface Traced {
  [TRACE]?: Trace;
}

/** What belongs to a trace is found by the thing that stands for the request: its facts, or the transport's object. */
export function follow(thing: object, trace: Trace): void {
  (thing as Traced)[TRACE] = trace;
}

export const traceOf = (thing: object): Trace | undefined => (thing as Traced)[TRACE];
