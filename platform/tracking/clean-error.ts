import { placesOf } from "../logged-error.js";
import type { Scrub } from "../scrub.js";

const DEEPEST = 5;
const MOST_INNER = 5;

/**
 * The same error without what must not leave: no statement, no details, no row, messages scrubbed; names, places and
 * causes stay. What was thrown and is no error becomes one that says so, because its content may be anything.
 */
export function cleanError(thrown: unknown, scrub: Scrub, depth = 0): Error {
  if (!(thrown instanceof Error))
    return named(new Error(`what was thrown is no Error but of type ${typeof thrown}`), "NotAnError", []);
  const name = /^\w{1,60}$/.test(thrown.constructor.name) ? thrown.constructor.name : "Error";
  const message = scrub(thrown.message);
  const inner = depth < DEEPEST;
  const cause = inner && thrown.cause !== undefined ? cleanError(thrown.cause, scrub, depth + 1) : undefined;
  const options = cause && { cause };
  const clean =
    inner && thrown instanceof AggregateError
      ? new AggregateError(
          thrown.errors.slice(0, MOST_INNER).map((each) => cleanError(each, scrub, depth + 1)),
          message,
          options,
        )
      : new Error(message, options);
  return named(clean, name, placesOf(thrown));
}

function named(error: Error, name: string, places: readonly string[]): Error {
  error.name = name;
  // Without the message: a line of it may look like a place.
  error.stack = [name, ...places].join("\n");
  return error;
}
