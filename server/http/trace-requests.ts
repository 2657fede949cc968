import type { FastifyInstance } from "fastify";
import { follow, isTracing, sampleTrace } from "#platform/sentry.js";

/** Where the product works; pages, files and probes are not worth a trace. */
const TRACED: ReadonlySet<string | undefined> = new Set(["/graphql", "/api/imports"]);

/** Throws the dice for each request before anything is done for it. The others are left as they are. */
export function traceRequests(app: FastifyInstance): void {
  if (!isTracing()) return;
  app.addHook("onRequest", (request, reply, done) => {
    const { url } = request.routeOptions;
    if (TRACED.has(url)) {
      const trace = sampleTrace("http.server", `${request.method} ${url}`, request.headers);
      if (trace) {
        follow(request, trace);
        reply.raw.once("close", () => trace.end(reply.statusCode >= 500 ? "internal_error" : "ok"));
      }
    }
    done();
  });
}
