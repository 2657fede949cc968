import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { createTransport, type NodeOptions } from "@sentry/node";

type MakeTransport = NonNullable<NodeOptions["transport"]>;

const MOST_SOCKETS = 4;
const TIMEOUT_MS = 5000;

/**
 * Sends envelopes as the SDK's own transport does, on few connections that stay open and in one piece: each costs two thirds of
 * the CPU, which is most of what a trace costs. It knows no proxy.
 */
export const directTransport: MakeTransport = (options) => {
  const { protocol, hostname, port, pathname, search } = new URL(options.url);
  const isHttps = protocol === "https:";
  const keep = { keepAlive: true, maxSockets: MOST_SOCKETS };
  const agent = isHttps ? new HttpsAgent(keep) : new HttpAgent(keep);
  const send = isHttps ? httpsRequest : httpRequest;
  const fixed = {
    method: "POST",
    agent,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port,
    path: pathname + search,
    timeout: TIMEOUT_MS,
  };
  return createTransport(options, ({ body }) => {
    return new Promise((resolve, reject) => {
      const headers = { ...options.headers, "content-length": Buffer.byteLength(body) };
      const call = send({ ...fixed, headers }, (response) => {
        response.resume();
        resolve({ statusCode: response.statusCode, headers: limitsOf(response) });
      });
      call.once("timeout", () => call.destroy(new Error("no answer in time")));
      call.once("error", reject);
      call.end(body);
    });
  });
};

/** How long Sentry wants to be left alone. */
function limitsOf({ headers }: IncomingMessage) {
  const limits = headers["x-sentry-rate-limits"];
  return {
    "retry-after": headers["retry-after"] ?? null,
    "x-sentry-rate-limits": (Array.isArray(limits) ? limits[0] : limits) ?? null,
  };
}
