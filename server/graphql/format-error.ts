import { GraphQLError, type GraphQLFormattedError } from "graphql";
import {
  DomainError,
  ForbiddenError,
  InvalidInputError,
  InvalidTransitionError,
  NotReadyError,
  RateLimitedError,
  UnavailableError,
} from "#domain/errors.js";
import { newId } from "#domain/ids.js";
import type { Logger } from "#platform/logger.js";
import { reportError, type ErrorFacts } from "#platform/sentry.js";

/** Faults of the document or its variables; their messages speak of what the caller sent and nothing else. */
const CLIENT_CODES: ReadonlySet<unknown> = new Set([
  "BAD_REQUEST",
  "BAD_USER_INPUT",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "INTROSPECTION_DISABLED",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
  "QUERY_TOO_COMPLEX",
  "TOO_MANY_SUBSCRIPTIONS",
]);
/** Thrown by graphql-js, without a code, for an argument that does not fit. */
const ARGUMENT_FAULT = /^(Argument "|Variable "\$)/;
const SUGGESTION = / ?Did you mean [^?]*\?/g;
/** SQLSTATE class 22, data exceptions, and 08P01, a NUL in a text: a value that only a caller can have sent. */
const DATA_EXCEPTION = /^(22[0-9A-Z]{3}|08P01)$/;

/** Puts every error into the form of the contract. Unknown ones become an id, which also stands in the log. */
export type ErrorFormatter = (error: unknown, origin?: ErrorOrigin) => GraphQLFormattedError;

/** Who asked for what when it happened. */
export type ErrorOrigin = Pick<ErrorFacts, "request" | "actor" | "operation">;

/** The one place where errors meet the wire, over HTTP and websocket alike: no stack, SQL, path or host gets past. */
export function createErrorFormatter(log: Logger): ErrorFormatter {
  return (error, origin = {}) => {
    const requestId = origin.request?.requestId;
    const place = placeOf(error);
    const chain = chainOf(error);
    const domain = chain.find((link) => link instanceof DomainError);
    if (domain) {
      if (domain.isAlert) {
        log.error({ err: domain, requestId, path: place.path }, "an expected failure that needs attention");
        reportError(domain, origin);
      }
      return { message: domain.message, ...place, extensions: { code: domain.code, ...detailsOf(domain) } };
    }
    const code = clientCodeOf(chain);
    if (code) {
      // What the schema has is not told to those who misspell it.
      const message = (error as Error).message.replace(SUGGESTION, "");
      return { message, ...place, extensions: { code, ...issuesOf(message, code) } };
    }
    if (chain.some((link) => DATA_EXCEPTION.test(String((link as { code?: unknown }).code))))
      return {
        message: "An argument has characters or a value that cannot be stored.",
        ...place,
        extensions: { code: "BAD_USER_INPUT" },
      };
    return masked(chain, place, origin, log.child({ requestId }));
  };
}

function masked(
  chain: readonly unknown[],
  place: object,
  origin: ErrorOrigin,
  log: Logger,
): GraphQLFormattedError {
  const id = newId();
  log.error({ err: chain.at(-1), errorId: id, ...place }, "unexpected error");
  reportError(chain.at(-1), { ...origin, errorId: id });
  return {
    message: "Internal server error. It has been noted under the id given here.",
    ...place,
    extensions: { code: "INTERNAL_SERVER_ERROR", id },
  };
}

/** Where in the document and in the answer. */
function placeOf(error: unknown): Pick<GraphQLFormattedError, "locations" | "path"> {
  if (!(error instanceof GraphQLError)) return {};
  const { locations, path } = error.toJSON();
  return { ...(locations && { locations }), ...(path && { path }) };
}

/** The error and what it wraps, from the outside in. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let link: unknown = error; link && chain.length < 10;) {
    chain.push(link);
    link = link instanceof GraphQLError ? link.originalError : null;
  }
  return chain;
}

/** The innermost code wins: Apollo wraps a limit's own code in GRAPHQL_VALIDATION_FAILED. */
function clientCodeOf(chain: readonly unknown[]): string | null {
  const codes = chain.map((link) => (link instanceof GraphQLError ? link.extensions.code : undefined));
  const code = codes.findLast((candidate) => CLIENT_CODES.has(candidate));
  if (code !== undefined) return String(code);
  const [first] = chain;
  const isArgumentFault =
    first instanceof GraphQLError && !first.path?.length && ARGUMENT_FAULT.test(first.message);
  const isFieldArgument =
    first instanceof GraphQLError && !first.originalError && ARGUMENT_FAULT.test(first.message);
  return isArgumentFault || isFieldArgument ? "BAD_USER_INPUT" : null;
}

function detailsOf(error: DomainError): Record<string, unknown> {
  if (error instanceof InvalidInputError || error instanceof NotReadyError) return { issues: error.issues };
  if (error instanceof ForbiddenError) return { explain: error.explain };
  if (error instanceof RateLimitedError || error instanceof UnavailableError)
    return { retryAfterSeconds: error.retryAfterSeconds };
  if (error instanceof InvalidTransitionError)
    return { from: error.from, to: error.to, allowed: error.allowed };
  return error.inputPath ? { path: error.inputPath } : {};
}

const VARIABLE = /^Variable "\$(\w+)"/;
const INSIDE = / at "([^"]+)"/;

/** The field that a variable's fault is in, e.g. ["input", "steps", "0", "subject"]. */
function issuesOf(message: string, code: string): { issues?: unknown } {
  if (code !== "BAD_USER_INPUT") return {};
  const variable = VARIABLE.exec(message)?.[1];
  if (!variable) return {};
  const inside = INSIDE.exec(message)?.[1] ?? variable;
  const path = inside.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
  return { issues: [{ path, rule: "type", message, value: null }] };
}
