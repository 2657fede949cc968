import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";

/** RFC 9112, 3.2: of two Host lines a proxy may believe the one and we the other. Node takes the first. */
export function hasOneHost({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === "host").length <= 1;
}

/** A request with two is answered with 400, and its line is closed. */
export function demandOneHost(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    if (hasOneHost(request.raw)) return;
    void reply.header("connection", "close");
    throw Object.assign(new Error("The request has more than one Host."), { statusCode: 400 });
  });
}
