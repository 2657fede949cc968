import { describe, expect, test } from "vitest";
import { parseQuery } from "../../domain/audit/search/parse-query.js";
import { InvalidInputError } from "../../domain/errors.js";

const SELF = "0193a2b4-0000-7000-8000-000000000001";
const asker = { self: SELF, now: new Date("2026-11-26T09:30:00Z") };
const read = (query: string) => parseQuery(query, asker);
const words = (query: string) =>
  read(query).words.map(
    ({ text, isNegated, isPrefix }) => `${isNegated ? "-" : ""}${text}${isPrefix ? "*" : ""}`,
  );
const conditions = (query: string) =>
  read(query).conditions.map(({ on, any, isNegated }) => `${isNegated ? "-" : ""}${on}=${any.join("|")}`);

function refusalOf(query: string) {
  try {
    read(query);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.issues[0]!;
    throw error;
  }
  throw new Error(`${query} was read`);
}

describe("words", () => {
  test.each([
    ["", []],
    ["   ", []],
    ["spring", ["spring*"]],
    ["spring ", ["spring"]],
    ["spring sale", ["spring", "sale*"]],
    ['"spring sale"', ["spring sale"]],
    ['"spring sale" now', ["spring sale", "now*"]],
    ["-spring", ["-spring"]],
    ['-"spring sale"', ["-spring sale"]],
    ['say \\ "a \\"b\\" c"', ["say", 'a "b" c']],
    ['"never closed', ["never closed"]],
    ["-- !! & | ( )", []],
    ["12:30", ["12:30*"]],
    ["fe80::1", ["fe80::1*"]],
    ["ада", ["ада*"]],
    ["'; drop table event; --", ["drop", "table", "event;*"]],
  ])("%j", (query, expected) => {
    expect(words(query)).toEqual(expected);
    expect(read(query).conditions).toEqual([]);
  });
});

describe("qualifiers", () => {
  test.each([
    ["actor:ada", ["actor=ada"]],
    ["actor:me", [`actor=${SELF}`]],
    ['actor:"Ada Lovelace"', ["actor=Ada Lovelace"]],
    ["ACTOR:ada", ["actor=ada"]],
    ["action:user.role.changed", ["action=user.role.changed"]],
    ["action:suppression", ["action=suppression.added"]],
    ["action:team.member.*", ["action=team.member.added|team.member.removed"]],
    ["action:campaign.c*", ["action=campaign.created|campaign.cancelled|campaign.completed"]],
    ["action:lead.created action:lead.imported", ["action=lead.created|lead.imported"]],
    [
      "action:team.member.* -action:team.member.added",
      ["action=team.member.added|team.member.removed", "-action=team.member.added"],
    ],
    ["outcome:denied -kind:job", ["outcome=DENIED", "-kind=JOB"]],
    ["kind:api_key", ["kind=API_KEY"]],
    ["ip:10.0.", ["ip=10.0.*"]],
    ["ip:10.0.0.1", ["ip=10.0.0.1"]],
    ["ip:10.0.0.1*", ["ip=10.0.0.1*"]],
    ["ip:2001:DB8:", ["ip=2001:db8:*"]],
    ["ip:::1", ["ip=::1"]],
    ["target:campaign:7f -target:team", ["target=campaign:7f", "-target=team"]],
    ["request:abc session:def", ["request=abc", "session=def"]],
  ])("%j", (query, expected) => {
    expect(conditions(query)).toEqual(expected);
    expect(read(query).words).toEqual([]);
  });
});

test.each([
  ["after:2026-11-01", "2026-11-01T00:00:00.000Z", null],
  ["before:2026-11-01T09:30+02:00", null, "2026-11-01T07:30:00.000Z"],
  ["after:today", "2026-11-26T00:00:00.000Z", null],
  ["after:yesterday before:today", "2026-11-25T00:00:00.000Z", "2026-11-26T00:00:00.000Z"],
  ["after:7d", "2026-11-19T09:30:00.000Z", null],
  [
    "after:2026-11-01 after:2026-11-03 before:2026-12-01 before:2026-11-30",
    "2026-11-03T00:00:00.000Z",
    "2026-11-30T00:00:00.000Z",
  ],
])("%j", (query, from, to) => {
  expect(read(query)).toMatchObject({ from, to, words: [], conditions: [] });
});

describe("what cannot be read is named: qualifier, rule, value, and what there is", () => {
  test.each([
    [
      "colour:red",
      "qualifier",
      "colour:red",
      "actor, kind, action, outcome, target, ip, request, session, seq, after, before",
    ],
    ["http://example.org", "qualifier", "http://example.org", "in quotes"],
    ["actor:", "required", "actor:", "needs a value"],
    ['actor:""', "required", "actor:", "needs a value"],
    ["outcome:bad", "picklist", "outcome:bad", "success, denied, failed"],
    ["kind:robot", "picklist", "kind:robot", "user, job, recipient"],
    ["action:user.flown", "action", "action:user.flown", "Groups: auth, user, team"],
    ["ip:example.org", "ip", "ip:example.org", "10.0."],
    ["ip:*", "ip", "ip:*", "10.0."],
    ["seq:1.5", "number", "seq:1.5", "1.5 is no number of an entry"],
    ["after:2026-02-30", "time", "after:2026-02-30", "no day"],
    ["after:noon", "time", "after:noon", "2026-11-01"],
    ["-after:2026-11-01", "negation", "after:2026-11-01", "use before:"],
    ["x".repeat(501), "max_length", `${"x".repeat(199)}…`, "500"],
    [Array.from({ length: 21 }, (_, at) => `w${at}`).join(" "), "max_terms", null, "20"],
    ["nul\0", "check", "nul\0", "NUL"],
    ["half \ud800", "check", "half \ud800", "Unicode"],
  ])("%j", (query, rule, value, part) => {
    const issue = refusalOf(query);
    expect(issue).toMatchObject({ path: ["filter", "query"], rule });
    if (value !== null) expect(issue.value).toBe(value);
    expect(issue.message).toContain(part);
  });
});

test("a long hostile text is read in a moment", () => {
  const begun = performance.now();
  for (const piece of ['"\\', '-"', "a:", "::", '""', "\\\\", "--"]) {
    const query = piece.repeat(250);
    try {
      read(query);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
    }
  }
  expect(performance.now() - begun).toBeLessThan(500);
});
