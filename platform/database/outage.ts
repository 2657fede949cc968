import { isRefusal, UnavailableError } from "#domain/errors.js";

/** Classes 08 (connection) and 57P (server stops, starts, ends a session) of SQLSTATE; a standby where the primary was. */
const AWAY = /^(08(?!P01)|57P|25006$)/;
/** Class 53: out of connections, memory, disk. */
const EXHAUSTED = /^53/;
const FULL = "53100";
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;
const SYSTEM =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;
/** What pg, its pool and Knex say without a code. */
const LOST =
  /Connection terminated|connection error and is not queryable|Client was closed|timeout expired|Connection ended/;
const NO_CONNECTION_FREE =
  /timeout exceeded when trying to connect|Timeout acquiring a connection|operation timed out for an unknown reason/;

const AGAIN = "Try again in a moment; a change with the same idempotencyKey is made once.";

export function databaseIsAway(cause?: unknown): UnavailableError {
  return new UnavailableError(`The database does not answer. ${AGAIN}`, { cause });
}

/**
 * The error as callers are told it, when it says that the database is away or has no room; null for any other.
 * @param isCommitting COMMIT may have been sent
 */
export function asUnavailable(error: unknown, isCommitting = false): UnavailableError | null {
  if (error instanceof UnavailableError) return error;
  if (isRefusal(error)) return null;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string" && SQLSTATE.test(code) && EXHAUSTED.test(code))
    return new UnavailableError(`The database has no room. ${AGAIN}`, { cause: error }, code === FULL);
  if (!isAway(code, String(message)))
    return NO_CONNECTION_FREE.test(String(message))
      ? new UnavailableError(`All connections to the database are in use. ${AGAIN}`, { cause: error })
      : null;
  if (!isCommitting) return databaseIsAway(error);
  return new UnavailableError(
    "The database went away while the change was committed: whether it was made is not known. The same call with the same idempotencyKey answers what was done, and does it if it was not.",
    { cause: error },
  );
}

function isAway(code: unknown, message: string): boolean {
  if (typeof code !== "string") return LOST.test(message);
  return SQLSTATE.test(code) ? AWAY.test(code) : SYSTEM.test(code);
}
