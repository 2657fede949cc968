import { Agent, request } from "undici";
import { VERSION } from "../version.js";
import { checkedAddress } from "./checked-address.js";
import type { Outbound } from "./outbound.js";

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/**
 * Posts JSON to an address that somebody gave us. Redirects are not followed, and what is answered is not read: its
 * status says it all.
 * @throws Error unless a status of 2xx comes within the time that there is; names neither address nor headers
 */
export async function postJson({ url, headers, body, signal }: Post, out: Outbound): Promise<void> {
  const { timeoutMs, authorities } = out;
  const { address, family } = await checkedAddress(new URL(url).hostname, out);
  const agent = new Agent({
    connect: {
      timeout: timeoutMs,
      ...(authorities !== undefined && { ca: authorities }),
      lookup: (_name, { all }, found) =>
        all ? found(null, [{ address, family }]) : found(null, address, family),
    },
  });
  try {
    const { statusCode } = await request(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json", "user-agent": `Postwatch/${VERSION}` },
      body,
      dispatcher: agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (statusCode >= 300 && statusCode < 400)
      throw new Error(`Answered ${statusCode}; redirects are not followed.`);
    if (statusCode < 200 || statusCode >= 300) throw new Error(`Answered ${statusCode}.`);
  } finally {
    await agent.destroy();
  }
}
