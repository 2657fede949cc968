import { simpleParser } from "mailparser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeMail, envelopeAddress, type OutgoingMail } from "../../platform/mail/compose.js";
import { SmtpLane } from "../../platform/mail/smtp-lane.js";
import { parseSmtpUrl } from "../../platform/mail/smtp-settings.js";
import { startScriptedSmtp } from "../support/scripted-smtp.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";

const MAIL: OutgoingMail = {
  fromName: "Postwatch Nachrichten",
  fromEmail: "news@example.org",
  to: "ada@example.com",
  replyTo: "answers@example.org",
  subject: "Grüße aus Köln",
  html: "<p>Hällo</p>",
  text: "Hällo",
  messageId: "<c.1.2.3.4@example.org>",
  requestId: null,
  date: new Date("2026-11-22T10:00:00Z"),
};

let sink: SmtpSink;
beforeAll(async () => {
  sink = await startSmtpSink();
});
afterAll(() => sink.stop());

/** What arrives when it is sent to `to`. */
async function arriving(mail: Partial<OutgoingMail>) {
  const whole = { ...MAIL, ...mail };
  const lane = new SmtpLane(parseSmtpUrl(sink.url));
  const before = sink.accepted.length;
  const envelope = { from: whole.fromEmail, to: envelopeAddress(whole.to) };
  const result = await lane.send(envelope, await composeMail(whole), () => true);
  lane.close();
  return { result, messages: sink.accepted.slice(before) };
}

it("carries sender, recipient, subject, both parts, date and Message-ID", async () => {
  const { messages } = await arriving({});
  expect(messages).toHaveLength(1);
  expect(messages[0]!.to).toEqual(["ada@example.com"]);
  const parsed = await simpleParser(messages[0]!.raw);
  expect(parsed.from?.value).toEqual([{ name: "Postwatch Nachrichten", address: "news@example.org" }]);
  expect(parsed.to).toMatchObject({ value: [{ name: "", address: "ada@example.com" }] });
  expect(parsed.replyTo?.text).toBe("answers@example.org");
  expect(parsed.subject).toBe("Grüße aus Köln");
  expect(parsed.html).toBe("<p>Hällo</p>");
  expect(parsed.text).toBe("Hällo");
  expect(parsed.messageId).toBe("<c.1.2.3.4@example.org>");
  expect(parsed.date?.toISOString()).toBe("2026-11-22T10:00:00.000Z");
});

describe("I5: nothing that people write becomes a header or a recipient", () => {
  it.each([
    ["subject", { subject: "Hi\r\nBcc: evil@evil.test" }],
    ["sender's name", { fromName: "A\r\nBcc: evil@evil.test\r\n" }],
    ["sender's name with an address", { fromName: 'A" <evil@evil.test>, "B' }],
    ["reply address", { replyTo: "x@example.org\r\nBcc: evil@evil.test" }],
    ["Message-ID", { messageId: "<a@b>\r\nBcc: evil@evil.test" }],
  ])("%s", async (_, mail) => {
    const { messages } = await arriving(mail);
    expect(messages.map(({ to }) => to)).toEqual([["ada@example.com"]]);
    const parsed = await simpleParser(messages[0]!.raw);
    expect(parsed.headers.has("bcc")).toBe(false);
    expect(parsed.from?.value.map(({ address }) => address)).toEqual(["news@example.org"]);
  });

  it.each(["ada@example.com\r\nRCPT TO:<evil@evil.test>", "ada@example.com>\r\nx", "a@b.c,evil@evil.test"])(
    "a recipient with more in it than an address reaches nobody: %j",
    async (to) => {
      const { messages } = await arriving({ to });
      expect(messages.flatMap((message) => message.to)).not.toContain("evil@evil.test");
      expect(messages.flatMap((message) => message.to)).not.toContain("ada@example.com");
    },
  );
});

describe("I6: one mail stays one mail", () => {
  it.each([
    ["a dot alone", "a\r\n.\r\nMAIL FROM:<evil@evil.test>"],
    ["bare LF around a dot", "a\n.\nMAIL FROM:<evil@evil.test>"],
    ["bare CR around a dot", "a\r.\rMAIL FROM:<evil@evil.test>"],
    ["dots at line starts", "..\n.a\n...."],
    ["NUL and 8-bit", "a\u0000b ü 🎈"],
    ["a line of 5,000 characters", "x".repeat(5000)],
  ])("%s", async (_, text) => {
    const { result, messages } = await arriving({ text, html: `<pre>${text}</pre>` });
    expect(result.kind).toBe("accepted");
    expect(messages).toHaveLength(1);
    const lines = messages[0]!.raw.toString("latin1").split("\r\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(lines.some((line) => /[\r\n]/.test(line))).toBe(false);
    expect((await simpleParser(messages[0]!.raw)).text?.trim()).toBe(
      text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").trim(),
    );
  });

  it("a subject of 5,000 characters is folded", async () => {
    const { messages } = await arriving({ subject: "ü ".repeat(2500) });
    const lines = messages[0]!.raw.toString("latin1").split("\r\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
  });
});

it("an international domain goes over the wire in ASCII", async () => {
  const server = await startScriptedSmtp();
  const lane = new SmtpLane(parseSmtpUrl(server.url));
  const envelope = { from: MAIL.fromEmail, to: envelopeAddress("ada@bücher.example") };
  expect((await lane.send(envelope, await composeMail(MAIL), () => true)).kind).toBe("accepted");
  lane.close();
  expect(server.lines).toContain("RCPT TO:<ada@xn--bcher-kva.example>");
  await server.stop();
});
