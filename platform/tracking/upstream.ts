/** What a caller says about the trace that its request is part of. */
export interface Upstream {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** https://develop.sentry.dev/sdk/telemetry/traces/distributed-tracing: trace id, span id, whether it is sampled. */
const SENTRY_TRACE = /^([0-9a-f]{32})-([0-9a-f]{16})-([01])$/;
const LONGEST_BAGGAGE = 1000;

type Header = string | readonly string[] | undefined;

/**
 * The decision of our own console, which names the public key of our DSN (W3C baggage). Whatever anybody else says about
 * sampling is not ours to follow: they would decide what our tracker costs.
 */
export function upstreamOf(trace: Header, baggage: Header, publicKey: string): Upstream | undefined {
  if (typeof trace !== "string" || typeof baggage !== "string") return undefined;
  if (baggage.length > LONGEST_BAGGAGE) return undefined;
  const entries = baggage.split(",").map((entry) => entry.trim());
  if (!entries.includes(`sentry-public_key=${publicKey}`)) return undefined;
  const [, traceId, spanId, sampled] = SENTRY_TRACE.exec(trace) ?? [];
  if (!traceId || !spanId) return undefined;
  return { traceId, spanId, isSampled: sampled === "1" };
}
