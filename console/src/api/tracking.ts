import type { Tracking } from "./tracker";

/** What the server says in its page about where errors are told; nothing when they are told nowhere. */
export const tracking = readTracking();

function readTracking(): Tracking | undefined {
  const text = document.querySelector<HTMLMetaElement>('meta[name="sentry"]')?.content;
  return text ? (JSON.parse(text) as Tracking) : undefined;
}

const hex = (bytes: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

/** Tells the server whether this call is traced; it does as it is told, because the key is its own. */
export function traceHeaders(): Record<string, string> {
  if (!tracking) return {};
  const id = hex(16);
  const isSampled = Math.random() < tracking.rate;
  return {
    "sentry-trace": `${id}-${hex(8)}-${isSampled ? 1 : 0}`,
    baggage: `sentry-trace_id=${id},sentry-public_key=${new URL(tracking.dsn).username},sentry-sampled=${isSampled}`,
  };
}
