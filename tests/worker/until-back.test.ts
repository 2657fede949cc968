import { expect, it } from "vitest";
import { ConflictError, UnavailableError } from "../../domain/errors.js";
import { isPassing, untilBack } from "../../platform/until-back.js";

const failing = (code: string | undefined, message = "it failed") =>
  Object.assign(new Error(message), { code });

it.each([
  ["08006", "connection failure"],
  ["57P01", "terminating connection due to administrator command"],
  ["57P03", "the database system is starting up"],
  ["53300", "sorry, too many clients already"],
  ["40P01", "deadlock detected"],
  ["55P03", "canceling statement due to lock timeout"],
  ["57014", "canceling statement due to statement timeout"],
  ["25006", "cannot execute UPDATE in a read-only transaction"],
  ["ECONNREFUSED", "connect ECONNREFUSED"],
  ["ECONNRESET", "read ECONNRESET"],
  ["EPIPE", "write EPIPE"],
  [undefined, "Connection terminated unexpectedly"],
  [undefined, "timeout exceeded when trying to connect"],
])("passes: %s %s", (code, message) => {
  expect(isPassing(failing(code, message))).toBe(true);
});

it.each([
  ["42601", "syntax error"],
  ["23505", "duplicate key"],
  ["22P02", "invalid input syntax"],
  ["42501", "permission denied"],
  [undefined, "Cannot read properties of undefined"],
])("does not pass by itself: %s %s", (code, message) => {
  expect(isPassing(failing(code, message))).toBe(false);
});

it("passes: what callers are told of an outage, and no other refusal", () => {
  expect(isPassing(new UnavailableError("The database does not answer."))).toBe(true);
  expect(isPassing(new ConflictError("That name is taken."))).toBe(false);
});

it("repeats until the database is back", async () => {
  let tries = 0;
  const work = () => (++tries < 4 ? Promise.reject(failing("ECONNREFUSED")) : Promise.resolve("done"));
  expect(await untilBack(work, () => false)).toBe("done");
  expect(tries).toBe(4);
});

it("gives up when it is enough, and at once on an error of our own, with that error", async () => {
  let tries = 0;
  const away = () => {
    tries += 1;
    return Promise.reject(failing("ECONNREFUSED", "away"));
  };
  await expect(untilBack(away, () => tries === 2)).rejects.toThrow("away");
  expect(tries).toBe(2);
  await expect(
    untilBack(
      () => Promise.reject(failing("42601", "syntax")),
      () => false,
    ),
  ).rejects.toThrow("syntax");
});
