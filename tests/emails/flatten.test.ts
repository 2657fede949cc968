import fc from "fast-check";
import MailComposer from "nodemailer/lib/mail-composer";
import { expect, it } from "vitest";
import { flatten } from "../../platform/mail/flatten.js";

const line = fc.string({ unit: "grapheme", maxLength: 200 });
const text = fc.oneof(
  fc
    .array(line, { maxLength: 12 })
    .chain((lines) => fc.constantFrom("\n", "\r\n", " \n", "\t\r\n", "\r").map((end) => lines.join(end))),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc
    .array(
      fc.constantFrom("Привет, мир. ", "Grüße ", "=3D ", "a".repeat(80), "\n", "\r\n", ". ", "。", "😀"),
      { maxLength: 200 },
    )
    .map((words) => words.join("")),
);

const composed = (parts: { subject: string; html: string; text: string }) =>
  new MailComposer({
    ...parts,
    from: { name: "Grüße", address: "news@example.org" },
    to: { name: "", address: "ada@example.org" },
    messageId: "<a.b@example.org>",
    date: new Date("2026-11-22T10:00:00Z"),
    headers: { "List-Unsubscribe": "<https://mail.example.org/u/x>" },
    baseBoundary: "abc",
    newline: "win",
  }).compile();

it("makes the bytes that the library's streams make, of whatever texts", async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(line, text, text, async (subject, html, plain) => {
      const parts = { subject: subject.replaceAll(/\p{Cc}/gu, " "), html, text: plain };
      const bytes = flatten(composed(parts));
      if (bytes === null) return;
      made += 1;
      expect(bytes.toString("latin1")).toBe((await composed(parts).build()).toString("latin1"));
    }),
    { numRuns: 1_000 },
  );
  expect(made).toBeGreaterThan(500);
});

it.each([
  ["a long text", `${"word ".repeat(20_000)}end`],
  ["a text that ends in white space", `${"long ".repeat(300)}é `],
])("leaves %s to the streams", (_, html) => {
  expect(flatten(composed({ subject: "Hello", html, text: "Hello" }))).toBeNull();
});
