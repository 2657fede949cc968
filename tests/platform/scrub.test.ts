import { describe, expect, test } from "vitest";
import { scrubberOf } from "../../platform/scrub.js";
import { cleanError } from "../../platform/tracking/clean-error.js";
import { PLANTED } from "../support/planted-secrets.js";

const scrub = scrubberOf(["the-probe-token-itself", "p@ss/word"]);

describe("ET-04 what leaves for the error tracker", () => {
  test("the table has forty secrets, none twice", () => {
    expect(new Set(PLANTED.map(({ secret }) => secret)).size).toBe(40);
  });

  test.each(PLANTED)("has not $what", ({ text, secret }) => {
    expect(text).toContain(secret);
    expect(scrub(text)).not.toContain(secret);
    expect(scrub(`first line\n${text}\nlast line`)).not.toContain(secret);
  });

  test("has no secret of this process's own, in whatever form", () => {
    expect(scrub("it is the-probe-token-itself")).toBe("it is [redacted]");
    expect(scrub("at p@ss/word or p%40ss%2Fword")).toBe("at [redacted] or [redacted]");
  });

  test.each([
    'relation "no_such_table" does not exist',
    'duplicate key value violates unique constraint "lead_tenant_id_email_canonical_key"',
    "connect ECONNREFUSED 10.0.0.7:5432",
    "Cannot read properties of undefined (reading 'id')",
    "campaign 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b is gone",
    "emails.sendTransactional ended its worker 3 times and is not tried again",
    "the session has ended",
    "Select a campaign before you update it",
    "GET https://api.example.com/v1/messages failed with 502",
  ])("tells what is no secret as it is: %s", (text) => {
    expect(scrub(text)).toBe(text);
  });

  test("is cut, however long it is, in short time", () => {
    const started = performance.now();
    for (const filler of ["a", "a@", "<p", "select ", '"', "password", "x=", "-----BEGIN A", "1aA", "("])
      expect(scrub(filler.repeat(100_000)).length).toBeLessThanOrEqual(1000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

test("ET-04 an error leaves with its name, its places and its causes, and without anything that hangs on it", () => {
  const secret = "canary-of-a-cause";
  const cause = Object.assign(new RangeError(`password=${secret}`), { detail: secret });
  const error = Object.assign(
    new TypeError(`token: ${secret}\n    at canary (/canary/place.js:1:1)`, { cause }),
    {
      parameters: [secret],
      code: "X",
    },
  );
  const clean = cleanError(error, scrub);
  expect(clean).toMatchObject({ name: "TypeError", cause: { name: "RangeError" } });
  expect(Object.keys(clean)).toEqual(["name"]);
  expect(clean.stack).toMatch(/\n +at .*scrub\.test\.ts/);
  expect(clean.stack).not.toMatch(/canary/);
  expect(JSON.stringify([clean.message, (clean.cause as Error).message])).not.toContain(secret);
});

test("ET-04 what was thrown and is no error leaves as its type alone", () => {
  expect(cleanError({ password: "canary" }, scrub).message).toBe(
    "what was thrown is no Error but of type object",
  );
});
