import { expect, test } from "vitest";
import type { Entry, Facets } from "../../console/src/audit/audit.gql";
import {
  actionGroups,
  actorName,
  askOf,
  filterOf,
  matchWords,
  pageOf,
  tookWords,
} from "../../console/src/audit/audit.model";
import { bucketsOf, timeTicks, withEntry, withEntryInVolume } from "../../console/src/audit/counts.model";
import { isUnchanged, rawOf, shownValue } from "../../console/src/audit/entry.model";
import { exportAddress } from "../../console/src/audit/export";
import { seamOf, withArrived } from "../../console/src/audit/log.model";
import {
  asksFor,
  isUnfinished,
  suggestionsFor,
  taking,
  termsOf,
  toggled,
  without,
} from "../../console/src/audit/query.model";

const pieces = (query: string) =>
  termsOf(query).map(({ key, value, negated }) => `${negated ? "not " : ""}${key ?? "word"}=${value}`);

test("the box is taken apart as the server does: words, quotes, qualifiers, what must not be", () => {
  expect(pieces('launch "spring sale" actor:ada -action:auth.login.* actor:"Ada Okafor"')).toEqual([
    "word=launch",
    "word=spring sale",
    "actor=ada",
    "not action=auth.login.*",
    "actor=Ada Okafor",
  ]);
  expect(pieces("Outcome:denied foo:bar target:campaign:c-1 after:")).toEqual([
    "outcome=denied",
    "foo=bar",
    "target=campaign:c-1",
    "after=",
  ]);
  expect(pieces('"never closed')).toEqual(["word=never closed"]);
  expect(pieces("   ")).toEqual([]);
});

test("a piece is taken back, and a value is asked for beside others of its kind", () => {
  const query = "mail outcome:denied ip:10.0.";
  expect(without(query, termsOf(query)[1]!)).toBe("mail ip:10.0.");
  expect(toggled("mail", "outcome", "denied")).toBe("mail outcome:denied");
  expect(toggled("mail outcome:denied", "outcome", "failed")).toBe("mail outcome:denied outcome:failed");
  expect(toggled("outcome:DENIED mail", "outcome", "denied")).toBe("mail");
  expect(toggled("", "actor", 'A "B" C')).toBe('actor:"A \\"B\\" C"');
  expect(termsOf('actor:"A \\"B\\" C"')[0]?.value).toBe('A "B" C');
  expect(asksFor("-outcome:denied", "outcome", "denied")).toBe(false);
});

test("suggested are the qualifiers that begin so, then the values that are known, in the place of what is typed", () => {
  const known = {
    outcome: ["success", "denied", "failed"],
    action: ["user.*", "user.invited", "campaign.*"],
  };
  const texts = (query: string, caret = query.length) =>
    suggestionsFor(query, caret, known).map(({ text }) => text);
  expect(texts("")).toHaveLength(11);
  expect(texts("ac")).toEqual(["actor:", "action:"]);
  expect(texts("-ac")).toEqual(["-actor:", "-action:"]);
  expect(texts("mail outcome:")).toEqual(["outcome:success", "outcome:denied", "outcome:failed"]);
  expect(texts("action:inv")).toEqual(["action:user.invited"]);
  expect(texts("outcome:denied")).toEqual([]);
  expect(texts("foo:")).toEqual([]);
  expect(taking("mail ac x", 7, { text: "action:" })).toEqual({ query: "mail action:x", caret: 12 });
  expect(taking("out", 3, { text: "outcome:" })).toEqual({ query: "outcome:", caret: 8 });
  expect(taking("outcome:d", 9, { text: "outcome:denied" })).toEqual({ query: "outcome:denied ", caret: 15 });
});

test("a qualifier is not meant while it is typed, a word is", () => {
  expect(isUnfinished("outcome:den", 11)).toBe(true);
  expect(isUnfinished("outcome:denied ", 15)).toBe(false);
  expect(isUnfinished("outcome:denied mail", 19)).toBe(false);
});

const at = (iso: string) => Date.parse(iso);
const address = (search: string) => (key: string) => new URLSearchParams(search).get(key) ?? "";

test("the address is read strictly; what is asked holds from when it was chosen on", () => {
  const now = at("2026-11-26T12:00:00Z");
  expect(filterOf(askOf(address("q=mail&range=24h")), now)).toEqual({
    query: "mail",
    from: "2026-11-25T12:00:00.000Z",
    to: undefined,
  });
  expect(filterOf(askOf(address("range=year")), now).from).toBe("2026-11-19T12:00:00.000Z");
  expect(filterOf(askOf(address("range=all")), now).from).toBeUndefined();
  expect(askOf(address("from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z"))).toEqual({
    query: "",
    range: "7d",
    from: "2026-11-02T00:00:00.000Z",
  });
  expect(askOf(address("from=then&to=2026-11-01T00:00:00Z"))).toEqual({ query: "", range: "7d" });
});

test("what is later stands above, each entry once", () => {
  const row = (id: string, second: number) => ({ id, at: `2026-11-26T12:00:0${second}.000Z` });
  const rows = [row("c", 3), row("a", 1)];
  const all = withArrived(rows, [row("b", 2), row("d", 4), row("c", 3), row("e", 4)]);
  expect(all.map(({ id }) => id)).toEqual(["e", "d", "c", "b", "a"]);
  expect(withArrived([], [row("x", 1)])).toEqual([row("x", 1)]);
});

test("a cut shows how many were fetched anew, and where the known ones begin", () => {
  const rows = ["d", "c", "b"].map((id) => ({ id, at: "2026-11-26T12:00:00Z" }));
  expect(seamOf(rows, "b")).toEqual({ above: "b", count: 2, isAll: false });
  expect(seamOf(rows, "d")).toBeUndefined();
  expect(seamOf(rows, "gone")).toEqual({ above: rows[0]!.id, count: 3, isAll: true });
  expect(seamOf(rows, undefined)).toBeUndefined();
});

test("bars have round widths and hold all of the time; ticks are round moments", () => {
  const shape = bucketsOf(at("2026-11-19T12:10:00Z"), at("2026-11-26T12:10:00Z"));
  expect(shape).toEqual({
    from: at("2026-11-19T12:00:00Z"),
    to: at("2026-11-26T14:00:00Z"),
    widthMs: 7_200_000,
    buckets: 85,
  });
  expect(timeTicks(shape).map(({ label }) => label)).toEqual([
    "20 Nov",
    "21 Nov",
    "22 Nov",
    "23 Nov",
    "24 Nov",
    "25 Nov",
    "26 Nov",
  ]);
  expect(bucketsOf(at("2026-11-26T12:10:00Z"), at("2026-11-26T12:10:20Z")).buckets).toBe(1);
});

const entry = (rest: object = {}) =>
  ({
    action: "user.invited",
    outcome: "DENIED",
    resourceType: "user",
    at: "2026-11-26T12:01:30.000Z",
    actor: { kind: "USER" },
    ...rest,
  }) as Entry;

test("counts go on with every entry; a capped count says no more than it did", () => {
  const facets: Facets = {
    actions: [{ value: "user.invited", count: 2 }],
    outcomes: [{ value: "SUCCESS", count: 2 }],
    actorKinds: [{ value: "USER", count: 2 }],
    resourceTypes: [],
    counted: 2,
    isCapped: false,
  };
  expect(withEntry(facets, entry())).toEqual({
    actions: [{ value: "user.invited", count: 3 }],
    outcomes: [
      { value: "SUCCESS", count: 2 },
      { value: "DENIED", count: 1 },
    ],
    actorKinds: [{ value: "USER", count: 3 }],
    resourceTypes: [{ value: "user", count: 1 }],
    counted: 3,
    isCapped: false,
  });
  expect(withEntry({ ...facets, isCapped: true }, entry()).counted).toBe(2);
  const bars = ["12:00", "12:01"].map((time) => ({
    from: `2026-11-26T${time}:00.000Z`,
    to: `2026-11-26T${time}:59.999Z`,
    count: 1,
    denied: 0,
    isComplete: true,
    failed: 0,
  }));
  expect(withEntryInVolume(bars, entry())[1]).toMatchObject({ count: 2, denied: 1, failed: 0 });
  expect(
    withEntryInVolume(bars, entry({ at: "2026-11-26T13:00:00.000Z", outcome: "FAILED" }))[1],
  ).toMatchObject({
    count: 2,
    failed: 1,
  });
});

test("names, pages and figures as people read them", () => {
  expect(actorName({ kind: "ANONYMOUS", email: null, label: null })).toBe("Somebody not signed in");
  expect(actorName({ kind: "USER", email: null, label: "Erased person" })).toBe("Erased person");
  expect(pageOf({ type: "campaign", id: "c1" })).toBe("/campaigns/c1");
  expect(pageOf({ type: "suppression", id: "s1" })).toBeUndefined();
  expect(
    actionGroups([
      { value: "user.a", count: 1 },
      { value: "job.x", count: 3 },
      { value: "user.b", count: 4 },
    ]),
  ).toEqual([
    {
      value: "user",
      count: 5,
      actions: [
        { value: "user.a", count: 1 },
        { value: "user.b", count: 4 },
      ],
    },
    { value: "job", count: 3, actions: [{ value: "job.x", count: 3 }] },
  ]);
  expect(matchWords(1, false)).toBe("1 entry");
  expect(matchWords(10_000, true)).toBe("More than 10,000 entries");
  expect([tookWords(340), tookWords(4_240), tookWords(65_000)]).toEqual(["340 ms", "4.2 s", "1 min 5 s"]);
  expect(shownValue(["a"])).toBe('["a"]');
  expect(shownValue("")).toBe('""');
  expect(shownValue(null)).toBeUndefined();
  expect(isUnchanged({ before: { a: 1 }, after: { a: 1 } })).toBe(true);
  expect(isUnchanged({ before: null, after: null })).toBe(false);
  expect(rawOf({ __typename: "X", id: "1" })).toBe('{\n  "id": "1"\n}');
  expect(exportAddress({ format: "csv", query: "a b", from: undefined, to: "2026-11-26T12:00:00Z" })).toBe(
    "/api/audit/export?format=csv&query=a+b&to=2026-11-26T12%3A00%3A00Z",
  );
});
