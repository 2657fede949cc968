import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";
import { anchorOf, bundleOf, each, seal } from "./proof-support.js";
import { isStrangerThere, ours, theirs, VERIFIER, type Place } from "./stranger.js";

let db: TestDatabase;
let lines: string[];

/** Seal 1 has seq 1 to 3, seal 2 has 4 and 5, seal 3 has 6; the anchor is of seal 3. */
beforeAll(async () => {
  db = await freshDatabase();
  const { op, tenantId } = await makeUser(db.database);
  const other = await makeUser(db.database, { tenantId, email: "žofie+𐐷@example.org" });
  for (const count of [3, 2, 1]) {
    for (let at = 0; at < count; at += 1)
      await op.record("user.updated", {
        targets: [{ type: "user", id: other.userId, label: other.email }],
        changes: [
          { field: "name", before: 'Zoë\t"x"', after: "Žofie \u{1f98a}" },
          { field: "share", before: 0.5, after: 1e21 },
          { field: "é", before: { "\u{10000}": 1, "\ufb33": [null, true] }, after: "\u007f" },
        ],
      });
    await seal(db);
  }
  lines = await bundleOf(db, tenantId, { anchors: each([await anchorOf(db, tenantId)]) });
});
afterAll(() => db.close());

const lineOf = (type: string, nth = 1): number => {
  const found = lines.flatMap((line, at) => (line.startsWith(`{"type":"${type}"`) ? [at] : []));
  return found[nth - 1]!;
};
type Lines = string[];
const without = (...numbers: number[]): Lines => lines.filter((_, at) => !numbers.includes(at));
const replaced = (at: number, from: string | RegExp, to: string): Lines => {
  const line = lines[at]!.replace(from, to);
  expect(line).not.toBe(lines[at]);
  return lines.with(at, line);
};

const TAMPERINGS: readonly (readonly [name: string, make: () => Lines, place: Place | null])[] = [
  ["nothing", () => lines, null],
  [
    "an entry",
    () => replaced(lineOf("entry", 4), '"outcome":"SUCCESS"', '"outcome":"DENIED"'),
    { seal: 2, seq: 4 },
  ],
  ["its time", () => replaced(lineOf("entry", 2), /"at":"2/, '"at":"1'), { seal: 1, seq: 2 }],
  [
    "its organisation",
    () => replaced(lineOf("entry", 2), /"tenantId":"[^"]+"/, `"tenantId":"${newId()}"`),
    { seal: 1, seq: 2 },
  ],
  [
    "a revealed value",
    () => replaced(lineOf("entry", 5), '"value":"žofie', '"value":"sofie'),
    { seal: 2, seq: 5 },
  ],
  ["the first entry gone", () => without(lineOf("entry", 1)), { seal: 1, seq: 1 }],
  ["the last entry gone", () => without(lineOf("entry", 6)), { seal: 3, seq: 6 }],
  [
    "an entry twice",
    () => lines.toSpliced(lineOf("entry", 3), 0, lines[lineOf("entry", 3)]!),
    { seal: 1, seq: 3 },
  ],
  [
    "an entry under another number",
    () => replaced(lineOf("entry", 4), '"seq":4', '"seq":9'),
    { seal: 2, seq: 9 },
  ],
  [
    "a leaf",
    () => replaced(lineOf("seal", 2), /"leaves":\["[0-9a-f]{8}/, '"leaves":["00000000'),
    { seal: 2, seq: 4 },
  ],
  ["a seal", () => replaced(lineOf("seal", 2), /"month":"\d{4}/, '"month":"1999'), { seal: 2, seq: null }],
  [
    "a signature",
    () => replaced(lineOf("seal", 3), /"signature":"[0-9a-f]{4}/, '"signature":"0000'),
    { seal: 3, seq: null },
  ],
  [
    "a seal gone",
    () => without(lineOf("seal", 2), lineOf("entry", 4), lineOf("entry", 5)),
    { seal: 2, seq: null },
  ],
  ["the end cut", () => without(lineOf("seal", 3), lineOf("entry", 6)), { seal: 3, seq: null }],
  ["the file cut", () => lines.slice(0, -1), { seal: null, seq: null }],
  [
    "the key",
    () => replaced(lineOf("key"), /"publicKey":"[0-9a-f]{4}/, '"publicKey":"0000'),
    { seal: 1, seq: null },
  ],
  [
    "an anchor",
    () => replaced(lineOf("anchor"), /"hash":"[0-9a-f]{4}/, '"hash":"0000'),
    { seal: 3, seq: null },
  ],
];

test.skipIf(!isStrangerThere).each(TAMPERINGS)(
  "a stranger's verifier comes to the same verdict: %s",
  (_, make, place) => {
    const bundle = make();
    expect(theirs(bundle)).toEqual(place);
    expect(ours(bundle)).toEqual(place);
  },
);

test.skipIf(!isStrangerThere)("its Ed25519 knows the vectors of RFC 8032", () => {
  // 7.1, test 2 and 3: message, public key, signature.
  const script = `
import importlib.util, sys
sys.argv = ["verifier.py", "/dev/null"]
spec = importlib.util.spec_from_file_location("verifier", ${JSON.stringify(VERIFIER)})
verifier = importlib.util.module_from_spec(spec)
try: spec.loader.exec_module(verifier)
except StopIteration: pass
vectors = [
  ("72", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
   "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
  ("af82", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
   "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]
for message, public, signature in vectors:
  m, p, s = map(bytes.fromhex, (message, public, signature))
  assert verifier.is_signed(p, m, s)
  assert not verifier.is_signed(p, m + b"x", s)
  assert not verifier.is_signed(p, m, s[:-1] + bytes([s[-1] ^ 1]))
print("right")
`;
  expect(execFileSync("python3", ["-c", script], { encoding: "utf8" }).trim()).toBe("right");
});
