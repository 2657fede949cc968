import canonicalize from "canonicalize";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalText } from "../../domain/audit/canonical.js";
import { commit, commitmentOf } from "../../domain/audit/commitment.js";
import { merkleRoot } from "../../domain/audit/merkle.js";

const outcomeOf = (write: () => string | undefined): string => {
  try {
    return `text ${write()}`;
  } catch {
    return "no such form";
  }
};

const KEYS = fc.oneof(
  fc.constantFrom("a", "b", "ab", "10", "9", "__proto__", "toJSON", "é", "\ufb33", "\u{10000}", "\ud800", ""),
  fc.string({ unit: "binary" }),
);
const { tree: ANYTHING } = fc.letrec((of) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\ud800", "x\udfff", 'q"\\\b\u007f\u2028'),
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(of("tree"), { maxLength: 4 }),
    fc
      .array(fc.tuple(KEYS, of("tree")), { maxLength: 5 })
      .map((pairs) => Object.fromEntries(pairs) as unknown),
  ),
}));

test("the text is that of RFC 8785 whatever order keys come in, and what has none is refused as before", () => {
  fc.assert(
    fc.property(ANYTHING, (value) => {
      const before = JSON.stringify(value);
      expect(outcomeOf(() => canonicalText(value))).toBe(outcomeOf(() => canonicalize(value)));
      expect(JSON.stringify(value)).toBe(before);
    }),
    { numRuns: 2_000 },
  );
  expect(canonicalText({ b: [{ d: 1, c: -0 }], a: "\u20ac", "10": 1, "9": 2 })).toBe(
    '{"10":1,"9":2,"a":"€","b":[{"c":0,"d":1}]}',
  );
  const deep = JSON.parse(`${'{"b":0,"a":'.repeat(2_000)}0${"}".repeat(2_000)}`) as unknown;
  expect(canonicalText(deep)).toBe(`${'{"a":'.repeat(2_000)}0${',"b":0}'.repeat(2_000)}`);
});

test("a commitment is the hash of salt and value, of any length", () => {
  // Made with sha256sum.
  const salt = "000102030405060708090a0b0c0d0e0f";
  expect([commitmentOf(salt, ""), commitmentOf(salt, "é"), commitmentOf(salt, { b: 1, a: [null] })]).toEqual([
    "be45cb2605bf36bebde684841a28f0fd43c69850a3dce5fedba69928ee3a8991",
    "6b2511701b3610089827c9a4d0f1db0f8d27eae9ec097686d419441d1c995b47",
    "dd98be3188790a80347abe3d9c32d06c2d598a59359b06c59a28aa94248e547c",
  ]);
  expect(commitmentOf(salt, "ž".repeat(5_000))).toBe(
    "8ae020ca849454731647194704832d74d9e006f7e9d6492f6b78a694cb341ec1",
  );
  const { commitment, revealed } = commit("somebody@example.org");
  expect(revealed).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), "somebody@example.org"]);
  expect(commitment).toEqual({ sha256: commitmentOf(...revealed) });
});

/** Of the reference implementation of RFC 6962: leaves of 0 to 16 bytes, and the root over the first so many. */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

test("the root is that of RFC 9162, for any number of leaves", () => {
  const leaves = LEAVES.map((leaf) => Buffer.from(leaf, "hex"));
  expect(ROOTS.map((_, at) => merkleRoot(leaves.slice(0, at + 1)).toString("hex"))).toEqual(ROOTS);
  expect(leaves.map((leaf) => leaf.toString("hex"))).toEqual(LEAVES);
  expect(() => merkleRoot([])).toThrow(RangeError);
});
