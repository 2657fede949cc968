import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { MessageStore } from "./message-store.js";
import { type Answer, routeRequest } from "./web-routes.js";

export interface WebServer {
  readonly port: number;
  close(): Promise<void>;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * The page and the JSON of the catcher.
 * @param smtpUrl where it takes mail; whoever asks for a mail can tell by it whose mails are here
 */
export async function openWebServer(
  store: MessageStore,
  smtpUrl: string,
  host: string,
  port: number,
): Promise<WebServer> {
  const isPrivate = isLoopback(host);
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (isPrivate && !isOwnName(request)) {
      write(response, {
        status: 403,
        type: "application/json",
        body: JSON.stringify({ error: `Open this page as http://127.0.0.1:${request.socket.localPort}/` }),
      });
      return;
    }
    if (request.method === "GET" && request.url === "/events") return void follow(store, streams, response);
    routeRequest(store, smtpUrl, request.method ?? "GET", new URL(request.url ?? "/", "http://catcher"))
      .catch((error: Error): Answer => ({
        status: 500,
        type: "application/json",
        body: JSON.stringify({ error: error.message }),
      }))
      .then((answer) => write(response, answer))
      .catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const stream of streams) stream.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** A foreign site can point its own name to 127.0.0.1 and read along; the browser then sends that name. */
function isOwnName(request: IncomingMessage): boolean {
  return LOOPBACK.has((request.headers.host ?? "").replace(/:\d+$/, ""));
}

function write(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    "content-type": answer.type.startsWith("text/") ? `${answer.type}; charset=utf-8` : answer.type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; sandbox",
    ...answer.headers,
  });
  response.end(answer.body);
}

/** Server-sent events: how many mails there are, at most four times a second. */
function follow(store: MessageStore, streams: Set<ServerResponse>, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    timer = undefined;
    response.write(`data: ${JSON.stringify({ total: store.count, lastId: store.lastId })}\n\n`);
  };
  const onChange = () => {
    timer ??= setTimeout(tell, 250);
  };
  store.on("change", onChange);
  streams.add(response);
  response.once("close", () => {
    store.off("change", onChange);
    streams.delete(response);
    clearTimeout(timer);
  });
  tell();
}
