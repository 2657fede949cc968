import { once } from "node:events";
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Balancer {
  readonly url: string;
  /** Requests that each server has answered, by its address. */
  readonly served: ReadonlyMap<string, number>;
  /** Servers that said at the last look that they are ready. */
  ready(): number;
  stop(): Promise<void>;
}

const READINESS = "/api/health/readiness";
const LOOK_WITHIN_MS = 1000;

interface Backend {
  readonly url: URL;
  /** Lines to it stay open from request to request, as those of any proxy do. */
  readonly agent: Agent;
  isReady: boolean;
}

/**
 * A reverse proxy before servers at fixed addresses: each request goes to the next one that is ready. It asks for
 * readiness and does nothing else to hide a fault: it never tries again, and a line that breaks is a 502.
 */
export async function startBalancer(servers: readonly string[], everyMs = 250): Promise<Balancer> {
  const served = new Map(servers.map((server) => [server, 0]));
  const backends = servers.map((server): Backend => {
    return { url: new URL(server), agent: new Agent({ keepAlive: true }), isReady: false };
  });
  let turn = 0;
  const proxy = createServer((incoming, outgoing) => {
    const ready = backends.filter(({ isReady }) => isReady);
    const backend = ready[turn++ % ready.length];
    if (!backend) return void outgoing.writeHead(503).end("No server is ready.");
    forward(backend, incoming, outgoing, () => {
      const { origin } = backend.url;
      served.set(origin, served.get(origin)! + 1);
    });
  });
  proxy.keepAliveTimeout = 60_000;
  const look = () => Promise.all(backends.map(async (each) => (each.isReady = await isReady(each.url))));
  await look();
  const looking = setInterval(() => void look(), everyMs);
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    served,
    ready: () => backends.filter((each) => each.isReady).length,
    async stop() {
      clearInterval(looking);
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      for (const { agent } of backends) agent.destroy();
    },
  };
}

function forward(
  { url, agent }: Backend,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  note: () => void,
): void {
  const { method, url: path, headers } = incoming;
  const onward = request({ agent, host: url.hostname, port: url.port, method, path, headers }, (answer) => {
    // Whether the next line stays open is between its two ends.
    const { connection: _hop, "keep-alive": _time, ...rest } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, rest);
    answer.pipe(outgoing);
    answer.once("end", note);
    answer.once("error", () => outgoing.destroy());
  });
  onward.once("error", (error: NodeJS.ErrnoException) => {
    if (outgoing.headersSent) return void outgoing.destroy();
    outgoing.writeHead(502).end(`${url.host}: ${error.code ?? error.message}`);
  });
  incoming.pipe(onward);
}

async function isReady(server: URL): Promise<boolean> {
  const signal = AbortSignal.timeout(LOOK_WITHIN_MS);
  const answer = await fetch(new URL(READINESS, server), { signal }).catch(() => null);
  await answer?.text().catch(() => "");
  return answer?.status === 200;
}
