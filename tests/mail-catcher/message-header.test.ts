import { expect, test } from "vitest";
import { decodeWords, readMessageHeader } from "../../platform/mail-catcher/message-header.js";

test("folded fields are joined, the first of several counts, the body is not read", () => {
  const raw = Buffer.from(
    "Message-ID:\r\n <a@example.org>\r\nFrom: Ada\r\n\t<ada@example.org>\r\nSubject: first\r\nsubject: second\r\n\r\nFrom: body",
  );
  expect(readMessageHeader(raw)).toEqual({
    messageId: "<a@example.org>",
    from: "Ada <ada@example.org>",
    subject: "first",
  });
});

test("a mail without header fields has none", () => {
  expect(readMessageHeader(Buffer.from("\r\nhello"))).toEqual({ messageId: null, from: "", subject: "" });
});

test("encoded words are read in both encodings and several character sets, also split within a character", () => {
  expect(decodeWords("=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?= =?utf-8?Q?_K=C3=B6ln?=")).toBe("Grüße aus Köln");
  expect(decodeWords("=?UTF-8?B?8J+TrA==?= post")).toBe("📬 post");
  expect(decodeWords("=?iso-8859-1?Q?caf=E9?= <c@example.org>")).toBe("café <c@example.org>");
  expect(decodeWords("=?utf-8?Q?K=C3?= =?utf-8?Q?=B6ln?=")).toBe("Köln");
});

test("a word in an unknown character set stays as it was sent", () => {
  expect(decodeWords("=?x-nowhere?Q?abc?=")).toBe("=?x-nowhere?Q?abc?=");
});
