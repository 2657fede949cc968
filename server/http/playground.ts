import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { PLAYGROUND_POLICY } from "./security-headers.js";

const FILES = "/playground/static/";

/** GraphiQL with subscriptions, served from the package: the page asks nobody else for anything. */
export async function addPlayground(app: FastifyInstance, isHttps: boolean): Promise<void> {
  const ruru = await loadRuru();
  if (!ruru) {
    app.get("/playground", (_request, reply) =>
      reply
        .code(404)
        .type("text/plain; charset=utf-8")
        .send("The playground is not part of this installation (npm package ruru).\n"),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: ruru.directory,
    prefix: FILES,
    decorateReply: false,
    index: false,
    maxAge: 86_400_000,
  });
  // Its page names no icon, so browsers ask for this one.
  app.get("/favicon.ico", (_request, reply) => reply.code(204).send());
  app.get("/playground/", (_request, reply) => reply.redirect("/playground"));
  app.get("/playground", (request, reply) =>
    reply
      .header("content-security-policy", PLAYGROUND_POLICY)
      .type("text/html")
      .send(
        ruru.html({
          staticPath: FILES,
          endpoint: "/graphql",
          // It must be absolute.
          subscriptionEndpoint: `${isHttps ? "wss" : "ws"}://${request.host}/graphql`,
        }),
      ),
  );
}

async function loadRuru() {
  try {
    const { ruruHTML } = await import("ruru/server");
    const server = createRequire(import.meta.url).resolve("ruru/server");
    return { html: ruruHTML, directory: join(dirname(server), "..", "static") };
  } catch {
    return null;
  }
}
