import { expect, test } from "vitest";
import { canonicalEmail, emailFault } from "../../domain/email-address.js";

test.each([
  "a@example.com",
  "first.last+tag@sub.example.co.uk",
  "o'neil@example.com",
  "x@bücher.example",
  "X@EXAMPLE.COM",
])("%s is an address", (address) => expect(emailFault(address)).toBeNull());

test.each([
  "",
  "a",
  "@example.com",
  "a@",
  "a@localhost",
  "a@b..com",
  "a@-b.com",
  "a@1.2.3.4",
  "a b@example.com",
  '"a b"@example.com',
  "a@example.com,b@example.com",
  "a@[127.0.0.1]",
  "a\n@example.com",
  "x@ü.com/evil",
  "x@ü.com?q",
  "x@ü.com:25",
  "x@ä.com#frag",
  "x@ü.com/\r\nBcc: victim@example.com",
  "a@exam\nple.com",
  "a@ex\tämple.com",
  "a@ex%61mple.com",
  `${"a".repeat(65)}@example.com`,
  `a@${"b".repeat(250)}.com`,
])("%j is refused with a sentence", (address) => expect(emailFault(address)).toMatch(/\.$/));

test("the canonical form has a lower-case name and an ASCII domain, and means the same address", () => {
  expect(canonicalEmail(" Zoë.X@BÜCHER.example ")).toBe("zoë.x@xn--bcher-kva.example");
  expect(canonicalEmail("A@Example.COM")).toBe("a@example.com");
});
