import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { DomainError } from "#domain/errors.js";
import type { ErrorFormatter } from "../graphql/format-error.js";

const STATUS_OF: Readonly<Record<string, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  INTERNAL_SERVER_ERROR: 500,
  UNAVAILABLE: 503,
};
const CODE_OF: Readonly<Record<number, string>> = {
  404: "NOT_FOUND",
  405: "METHOD_NOT_ALLOWED",
  408: "REQUEST_TIMEOUT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  429: "RATE_LIMITED",
};
const SENTENCE_OF: Readonly<Record<string, string>> = {
  PAYLOAD_TOO_LARGE: "The body is larger than this address takes.",
  UNSUPPORTED_MEDIA_TYPE: "This address does not take that content type.",
  BAD_REQUEST: "The request cannot be read.",
};

/** Everything outside GraphQL's own answers is JSON too: `{ code, message, requestId }`, under /graphql as `errors`. */
export function answerErrorsAsJson(app: FastifyInstance, formatError: ErrorFormatter): void {
  app.setNotFoundHandler((request, reply) =>
    answer(request, reply, 404, { code: "NOT_FOUND", message: `There is nothing at ${pathOf(request)}.` }),
  );
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (!(error instanceof DomainError) && status >= 400 && status < 500) {
      const code = CODE_OF[status] ?? "BAD_REQUEST";
      return answer(request, reply, status, { code, message: SENTENCE_OF[code] ?? error.message });
    }
    const { message, extensions = {} } = formatError(error, { request: { requestId: request.id } });
    const code = String(extensions.code);
    if (extensions.retryAfterSeconds !== undefined)
      void reply.header("retry-after", String(extensions.retryAfterSeconds));
    return answer(request, reply, STATUS_OF[code] ?? 422, { ...extensions, code, message });
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0]!.slice(0, 200);
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  { message, ...extensions }: { code: string; message: string },
): FastifyReply {
  void reply.code(status);
  if ((request.routeOptions.url ?? pathOf(request)) === "/graphql")
    return reply.send({ errors: [{ message, extensions }] });
  return reply.send({ ...extensions, message, requestId: request.id });
}
