import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PageTracking } from "./page-tracking.js";

const FILE = /\.[a-z0-9]{1,8}$/i;
const YEAR_MS = 31_536_000_000;

/** The console under /admin. Paths that are no file are pages of it, which it finds itself. */
export async function addConsole(
  app: FastifyInstance,
  root: string,
  tracking: PageTracking | null,
): Promise<void> {
  await app.register(fastifyStatic, { root, serve: false });
  app.get("/", (_request, reply) => reply.redirect("/admin/"));
  app.get("/admin", (_request, reply) => reply.redirect("/admin/"));
  app.get<{ Params: { "*": string } }>("/admin/*", (request, reply) => {
    const path = request.params["*"];
    if (!FILE.test(path)) return page(root, reply, tracking);
    // The names of built assets contain their hash.
    const isHashed = path.startsWith("assets/");
    return reply.sendFile(
      path,
      root,
      isHashed ? { maxAge: YEAR_MS, immutable: true } : { cacheControl: false },
    );
  });
}

async function page(root: string, reply: FastifyReply, tracking: PageTracking | null) {
  if (!existsSync(join(root, "index.html")))
    return reply
      .code(503)
      .type("text/plain; charset=utf-8")
      .send("The console has not been built. Run npm run build.\n");
  void reply.header("cache-control", "no-cache");
  if (!tracking) return reply.sendFile("index.html", root, { cacheControl: false });
  const text = await readFile(join(root, "index.html"), "utf8");
  return reply.type("text/html; charset=utf-8").send(text.replace("</head>", `${tracking.element}</head>`));
}
