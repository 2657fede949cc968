import fc from "fast-check";
import { expect, test } from "vitest";
import { maskAddresses, maskedDeep } from "../../domain/masked-address.js";

test.each([
  ["jane@example.com", "j***@example.com"],
  ["a@b.co", "a***@b.co"],
  [
    "Jane <jane.doe+x@mail.example.co.uk>, bob@example.org.",
    "Jane <j***@mail.example.co.uk>, b***@example.org.",
  ],
  ["jürgen@bücher.example", "j***@bücher.example"],
  ["ján.novák@example.sk", "j***@example.sk"],
  ["😀smile@example.com", "😀***@example.com"],
  ["root@localhost", "r***@localhost"],
  ['"john doe"@example.com', "j***@example.com"],
  ["postmaster@[192.0.2.1]", "p***@[192.0.2.1]"],
  ["550 5.1.1 <ann@example.com>: unknown", "550 5.1.1 <a***@example.com>: unknown"],
  ['<a href="mailto:ann@example.com">', '<a href="mailto:a***@example.com">'],
  ["no address, @ alone, a @ b", "no address, @ alone, a @ b"],
])("RB-04 %s is shown as %s", (text, masked) => {
  expect(maskAddresses(text)).toBe(masked);
});

test("whatever the letters, nothing of the part before the @ but its first character is left", () => {
  const letter = fc
    .string({ unit: "binary", minLength: 1, maxLength: 1 })
    .filter((c) => /^[\p{L}\p{N}._+-]$/u.test(c));
  const local = fc.string({ unit: letter, minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(local, (name) => {
      const [first] = name;
      expect(maskAddresses(`to ${name}@example.com now`)).toBe(`to ${first}***@example.com now`);
    }),
  );
});

test("values are masked however deep they lie; keys, numbers and times stay", () => {
  const row = { email: "ann@example.com", n: 3, list: [{ note: "ask bob@example.com" }], at: null };
  expect(maskedDeep(row)).toEqual({
    email: "a***@example.com",
    n: 3,
    list: [{ note: "ask b***@example.com" }],
    at: null,
  });
});

test("a long text without an address is walked through once", () => {
  const texts = ["a".repeat(1_000_000), "a@".repeat(100_000), `${"a".repeat(500_000)}@`, '"'.repeat(100_000)];
  for (const text of texts) {
    const before = process.cpuUsage();
    maskAddresses(text);
    maskAddresses(`${text} ann@example.com`);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  }
});
