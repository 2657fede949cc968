import type { FastifyInstance } from "fastify";
import { demand } from "#domain/access/actor.js";
import type { HealthSource } from "#domain/health/index.js";
import type { Authenticator } from "../auth/authenticate.js";
import type { Readiness } from "./readiness.js";

export interface ProbeOptions {
  readonly readiness: Readiness;
  readonly health: HealthSource;
  readonly authenticator: Authenticator;
}

const OK = { status: "ok" } as const;
const UNAVAILABLE = { status: "unavailable" } as const;

/**
 * What orchestrators ask. Liveness is of the process alone, so that a broken database restarts nothing; the small
 * answers tell strangers nothing more than yes or no.
 */
export function addProbes(app: FastifyInstance, { readiness, health, authenticator }: ProbeOptions): void {
  app.get("/api/health/liveness", async () => OK);
  for (const path of ["/api/health", "/api/health/readiness"])
    app.get(path, async (_request, reply) => {
      if (await readiness.isReady()) return OK;
      return reply.code(503).send(UNAVAILABLE);
    });
  app.get("/api/health/detailed", async (request) => {
    demand(await authenticator.actorOf(request.headers.authorization), "system:health");
    return health.current();
  });
}
