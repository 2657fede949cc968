import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** What Sentry calls an event, as far as tests look at it. */
export interface SunkEvent {
  readonly event_id: string;
  readonly level?: string;
  readonly release?: string;
  readonly environment?: string;
  readonly transaction?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly user?: Readonly<Record<string, string>>;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly contexts?: { readonly trace?: Readonly<Record<string, unknown>> };
  readonly breadcrumbs?: readonly { readonly category: string; readonly message: string }[];
  readonly spans?: readonly {
    readonly op: string;
    readonly description: string;
    readonly span_id: string;
    readonly parent_span_id: string;
  }[];
  readonly exception?: {
    readonly values: readonly {
      readonly type: string;
      readonly value: string;
      readonly stacktrace?: { readonly frames: readonly { readonly filename: string }[] };
    }[];
  };
}

export interface EnvelopeSink {
  /** http://public@127.0.0.1:port/1 */
  readonly dsn: string;
  /** Everything that has arrived, as text. */
  readonly envelopes: string[];
  errors(): SunkEvent[];
  traces(): SunkEvent[];
  /** Forgets what has arrived. */
  empty(): void;
  stop(): Promise<void>;
}

/** Takes envelopes as Sentry does (https://develop.sentry.dev/sdk/foundations/envelopes), from browsers too. */
export async function startEnvelopeSink(): Promise<EnvelopeSink> {
  const envelopes: string[] = [];
  const server = createServer((request, response) => void take(request, response, envelopes));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const itemsOf = (type: string) => envelopes.flatMap((text) => itemsIn(text, type));
  return {
    dsn: `http://public@127.0.0.1:${port}/1`,
    envelopes,
    errors: () => itemsOf("event"),
    traces: () => itemsOf("transaction"),
    empty: () => void envelopes.splice(0),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function take(request: IncomingMessage, response: ServerResponse, envelopes: string[]): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const isEnvelope = request.method === "POST" && request.url?.startsWith("/api/1/envelope/") === true;
  if (isEnvelope)
    envelopes.push(
      (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8"),
    );
  response.writeHead(isEnvelope ? 200 : 204, {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "*",
  });
  response.end(isEnvelope ? "{}" : undefined);
}

/** A line of headers, then pairs of a line about the item and the item. */
function itemsIn(envelope: string, type: string): SunkEvent[] {
  const [, ...lines] = envelope.split("\n");
  return lines.flatMap((line, index) => {
    if (index % 2 !== 0 || !line) return [];
    const about = JSON.parse(line) as { type: string };
    return about.type === type ? [JSON.parse(lines[index + 1]!) as SunkEvent] : [];
  });
}
