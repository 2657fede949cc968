import { hash } from "@node-rs/argon2";
import { dictionary } from "@zxcvbn-ts/language-common";
import { expect, test } from "vitest";
import {
  demandGoodPassword,
  hashPassword,
  passwordFault,
  passwordMatches,
} from "../../domain/users/index.js";

const common = dictionary["passwords-common"] as readonly string[];
const rule = (password: string, owner = {}) => passwordFault(password, owner)?.rule ?? "good";
/** So many characters that are in no dictionary. */
const letters = (count: number) => Array.from({ length: count }, (_, at) => "xkqvzwj"[at % 7]).join("");
/** The same letter as two keyboards make it. */
const [COMPOSED, DECOMPOSED] = ["\u00e9", "e\u0301"];

test("AT-01 a password is kept as argon2id with 46 MiB, one pass and a salt of its own", async () => {
  const [one, two] = await Promise.all(["seven green herons", "seven green herons"].map(hashPassword));
  for (const stored of [one, two])
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(one).not.toBe(two);
  expect(await passwordMatches(one!, "seven green herons")).toBe(true);
  expect(await passwordMatches(one!, "Seven green herons")).toBe(false);
});

test("A9 a password has 12 to 128 characters, of any kind", () => {
  const lengths = [0, 7, 8, 11, 12, 64, 128, 129, 1_000, 1_000_000];
  expect(lengths.map((count) => rule(letters(count)))).toEqual([
    ...Array(4).fill("min_length"),
    ...Array(3).fill("good"),
    ...Array(3).fill("max_length"),
  ]);
  for (const kind of [
    "herons-green",
    "HERONS GREEN",
    "940271836482",
    "絶対に推測されない合言葉",
    "🦩🦢🦆🐦🦉🦅🦜🐧🐔🐣🦚🦃",
  ])
    expect(rule(kind), kind).toBe("good");
});

test.each(["🦩", COMPOSED!, DECOMPOSED!])(
  "A9 %s counts as one character wherever length matters",
  async (one) => {
    const of = (count: number) => letters(8) + one.repeat(count - 8);
    expect([11, 12, 128, 129].map((count) => rule(of(count)))).toEqual([
      "min_length",
      "good",
      "good",
      "max_length",
    ]);
    expect(await passwordMatches(await hashPassword(of(128)), of(128))).toBe(true);
  },
);

test("A9 composed and decomposed letters are the same password", async () => {
  const [first, second] = [`caf${COMPOSED} au lait 7`, `caf${DECOMPOSED} au lait 7`];
  expect(await passwordMatches(await hashPassword(first), second)).toBe(true);
  expect(await passwordMatches(await hashPassword(second), first)).toBe(true);
  expect(await passwordMatches(await hashPassword(first), "cafe au lait 7")).toBe(false);
});

test("A9 a password is verified exactly as it was typed, with its blanks", async () => {
  const stored = await hashPassword("  two blanks around  ");
  expect(await passwordMatches(stored, "  two blanks around  ")).toBe(true);
  for (const other of [
    "two blanks around",
    " two blanks around ",
    "  two  blanks around  ",
    "  TWO blanks around  ",
  ])
    expect(await passwordMatches(stored, other), other).toBe(false);
});

test("A9 control characters and broken text are refused, naming the rule and not the password", () => {
  for (const bad of ["\u0000seven herons", "seven\u0000herons!", "seven\nherons 12", `seven herons \ud800`])
    expect(rule(bad)).toBe("plain_text");
  const thrown = () => demandGoodPassword("seven\u0000herons!", {}, ["newPassword"]);
  expect(thrown).toThrowError(
    expect.objectContaining({
      code: "BAD_USER_INPUT",
      issues: [
        {
          path: ["newPassword"],
          rule: "plain_text",
          message: "A password has no control characters.",
          value: null,
        },
      ],
    }),
  );
});

test("AT-01 the 3,000 commonest passwords are refused, and every longer one of the list", () => {
  const commonest = common.slice(0, 3_000);
  expect(commonest).toHaveLength(3_000);
  expect(commonest.filter((password) => rule(password) === "good")).toEqual([]);
  // Most of them are too short anyway; of the whole list 308 are not.
  expect(commonest.filter((password) => rule(password) === "common")).toHaveLength(8);
  const long = common.filter((password) => [...password].length >= 12);
  expect(long).toHaveLength(308);
  expect([...new Set(long.map((password) => rule(password)))]).toEqual(["common"]);
});

test("AT-01 a common password is no better in capitals, doubled or with digits and signs around it", () => {
  for (const word of common.slice(0, 3_000).filter((password) => /^[a-z]{6,}$/.test(password))) {
    const dressed = [`${word}2026!!`, `!!2026${word}`, `${word.toUpperCase()}123456`, word + word];
    for (const password of dressed.filter(({ length }) => length >= 12))
      expect(rule(password), password).toBe("common");
  }
  expect(["aaaaaaaaaaaa", "ababababababab"].map((password) => rule(password))).toEqual(["common", "common"]);
});

test("A9 a password is not made of the person's name, their address or the product's name", () => {
  const ana = { email: "ana.lindqvist@example.org", name: "Ana Lindqvist" };
  for (const password of [
    "ana.lindqvist@example.org",
    "Lindqvist2026!",
    "AnaLindqvist1",
    "postwatch2026",
    "Postwatch-Lindqvist",
  ])
    expect(rule(password, ana), password).toBe("context");
  for (const password of ["Lindqvist grows seven herons", "the postwatch of seven herons"])
    expect(rule(password, ana), password).toBe("good");
  expect(rule("Lindqvist2026!", { email: "bo@example.com", name: "Bo Berg" })).toBe("good");
  expect(rule(`Andr${DECOMPOSED}as20261`, { name: `Andr${COMPOSED}as` })).toBe("context");
});

test("A10 nothing is cut off after 72 bytes", async () => {
  const stored = await hashPassword(`${"a".repeat(72)}X`);
  expect(await passwordMatches(stored, `${"a".repeat(72)}X`)).toBe(true);
  expect(await passwordMatches(stored, `${"a".repeat(72)}Y`)).toBe(false);
  expect(await passwordMatches(stored, "a".repeat(72))).toBe(false);
});

test("A9 more than 128 characters are refused before anything is hashed", async () => {
  const long = letters(129);
  // Looked at, it would be right.
  const stored = await hash(long, { memoryCost: 47_104, timeCost: 1, parallelism: 1 });
  const ends: string[] = [];
  const hashes = Array.from({ length: 8 }, () =>
    hashPassword("seven green herons").then(() => ends.push("hashed")),
  );
  expect(await passwordMatches(stored, long)).toBe(false);
  expect(ends).toEqual([]);
  await Promise.all(hashes);
});

test("A11 at most four hashes are made at once: a flood of them leaves room for others", async () => {
  let done = 0;
  const flood = Array.from({ length: 24 }, () => hashPassword("seven green herons").then(() => (done += 1)));
  // Waits in the same queue of the same threads, behind what was handed over before it.
  await hash("another", { memoryCost: 8, timeCost: 1, parallelism: 1 });
  expect(done).toBeLessThanOrEqual(6);
  await Promise.all(flood);
  expect(done).toBe(24);
});

test("A7 with nobody behind it the same work is done, and nothing matches", async () => {
  for (const password of ["nobody has this password", "", "seven green herons"])
    expect(await passwordMatches(null, password)).toBe(false);
});
