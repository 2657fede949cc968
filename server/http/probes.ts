import type { FastifyInstance, FastifyRequest } from "fastify";
import type { HealthSource } from "#domain/health/index.js";
import type { Operation } from "#domain/operation.js";
import type { Readiness } from "./readiness.js";

export interface ProbeOptions {
  readonly readiness: Readiness;
  readonly health: HealthSource;
  openOperation(request: FastifyRequest): Promise<Operation>;
}

const OK = { status: "ok" } as const;
const UNAVAILABLE = { status: "unavailable" } as const;

/**
 * What orchestrators ask. Liveness is of the process alone, so that a broken database restarts nothing; the small
 * answers tell strangers nothing more than yes or no.
 */
export function addProbes(app: FastifyInstance, { readiness, health, openOperation }: ProbeOptions): void {
  app.get("/api/health/liveness", async () => OK);
  for (const path of ["/api/health", "/api/health/readiness"])
    app.get(path, async (_request, reply) => {
      if (await readiness.isReady()) return OK;
      return reply.code(503).send(UNAVAILABLE);
    });
  app.get("/api/health/detailed", async (request) => {
    const op = await openOperation(request);
    await op.authorise("system:health", "GET /api/health/detailed");
    return health.current();
  });
}
