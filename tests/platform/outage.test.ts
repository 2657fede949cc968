import { expect, it } from "vitest";
import { ConflictError, UnavailableError } from "../../domain/errors.js";
import { asUnavailable } from "../../platform/database/outage.js";

const failing = (code: string | undefined, message: string) => Object.assign(new Error(message), { code });
const AGAIN = "Try again in a moment; a change with the same idempotencyKey is made once.";

it.each([
  ["ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:5432"],
  ["ECONNABORTED", "its connections are given up"],
  ["57P01", "terminating connection due to administrator command"],
  ["57P03", "the database system is starting up"],
  ["08006", "connection failure"],
  ["25006", "cannot execute INSERT in a read-only transaction"],
  [undefined, "Connection terminated unexpectedly"],
  [undefined, "insert into team - Connection terminated unexpectedly"],
  [undefined, "Client has encountered a connection error and is not queryable"],
])("J4 the database is away: %s %s", (code, message) => {
  const cause = failing(code, message);
  const error = asUnavailable(cause);
  expect(error).toMatchObject({
    code: "UNAVAILABLE",
    retryAfterSeconds: 1,
    isPassing: true,
    isAlert: false,
    cause,
  });
  expect(error!.message).toBe(`The database does not answer. ${AGAIN}`);
});

it("J4 a lost answer to COMMIT is told as what it is", () => {
  const error = asUnavailable(failing(undefined, "Connection terminated unexpectedly"), true);
  expect(error!.message).toMatch(/^The database went away while the change was committed: .* is not known\./);
});

it.each([
  ["53300", "sorry, too many clients already", "The database has no room.", false],
  ["53100", "could not extend file: No space left on device", "The database has no room.", true],
  [
    undefined,
    "timeout exceeded when trying to connect",
    "All connections to the database are in use.",
    false,
  ],
  [undefined, "Knex: Timeout acquiring a connection.", "All connections to the database are in use.", false],
])("H10 there is no room: %s %s", (code, message, sentence, isAlert) => {
  expect(asUnavailable(failing(code, message))).toMatchObject({ message: `${sentence} ${AGAIN}`, isAlert });
});

it.each([
  ["23505", "duplicate key - Connection terminated unexpectedly"],
  ["08P01", "invalid message format"],
  ["57014", "canceling statement due to statement timeout"],
  ["40P01", "deadlock detected"],
  ["ENOENT", "no such file"],
  [undefined, "Cannot read properties of undefined"],
])("any other error stays what it is: %s %s", (code, message) => {
  expect(asUnavailable(failing(code, message))).toBeNull();
});

it("refusals of ours stay what they are", () => {
  expect(asUnavailable(new ConflictError("Connection terminated"))).toBeNull();
  const unavailable = new UnavailableError("It is away.");
  expect(asUnavailable(unavailable, true)).toBe(unavailable);
});
