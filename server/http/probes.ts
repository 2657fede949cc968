import type { FastifyInstance, FastifyRequest } from "fastify";
import type { HealthSource } from "#domain/health/index.js";
import type { Operation } from "#domain/operation.js";
import type { Readiness } from "#platform/health/readiness.js";
import { hasProbeToken } from "../auth/probe-token.js";

export interface ProbeOptions {
  readonly readiness: Readiness;
  readonly health: HealthSource;
  /** Whoever brings it is shown details without signing in. */
  readonly probeToken: string | undefined;
  openOperation(request: FastifyRequest): Promise<Operation>;
}

const OK = { status: "ok" } as const;
const UNAVAILABLE = { status: "unavailable" } as const;

/**
 * What orchestrators ask. Liveness is of the process alone, so that a broken database restarts nothing; the small
 * answers tell strangers nothing more than yes or no.
 */
export function addProbes(app: FastifyInstance, options: ProbeOptions): void {
  const { readiness, health } = options;
  app.get("/api/health/liveness", async () => OK);
  for (const path of ["/api/health", "/api/health/readiness"])
    app.get(path, async (_request, reply) => {
      if (await readiness.isReady()) return OK;
      return reply.code(503).send(UNAVAILABLE);
    });
  app.get("/api/health/detailed", async (request) => {
    if (!hasProbeToken(request.headers.authorization, options.probeToken)) {
      const op = await options.openOperation(request);
      await op.authorise("system:health", "GET /api/health/detailed");
    }
    return health.current();
  });
}
