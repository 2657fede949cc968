import { createTransport } from "nodemailer";
import { afterEach, expect, test } from "vitest";
import { type SmtpSink, type SmtpSinkOptions, startSmtpSink } from "../support/smtp-sink.js";

let sink: SmtpSink;
afterEach(() => sink.stop());

async function send(to: string, options: SmtpSinkOptions = {}): Promise<unknown> {
  sink = await startSmtpSink(options);
  const transport = createTransport({ url: sink.url });
  const mail = {
    from: "ada@example.org",
    to,
    subject: "Grüße aus Köln",
    text: "Hallo",
    messageId: "<1@example.org>",
  };
  return transport.sendMail(mail).then(
    () => "sent",
    (error: { code: string; responseCode?: number }) => error.responseCode ?? error.code,
  );
}

test("the sink records envelope, Message-ID and subject of what it accepted", async () => {
  expect(await send("bob@example.net")).toBe("sent");
  expect(sink.accepted).toMatchObject([
    {
      from: "ada@example.org",
      to: ["bob@example.net"],
      messageId: "<1@example.org>",
      subject: "Grüße aus Köln",
    },
  ]);
  expect(sink.accepted[0]?.raw.toString()).toContain("Hallo");
});

test("a refused recipient gets the code that the test chose, and nothing is accepted", async () => {
  const onRecipient = (address: string) =>
    address === "full@example.net" ? { code: 452, message: "4.2.2 Mailbox full" } : undefined;
  expect(await send("full@example.net", { onRecipient })).toBe(452);
  expect(sink.accepted).toEqual([]);
});

test("data refused with 5xx is not accepted", async () => {
  const onData = () => ({ code: 554, message: "5.7.1 Looks like spam" });
  expect(await send("bob@example.net", { onData })).toBe(554);
  expect(sink.accepted).toEqual([]);
});

test("cut after accept: the sink has the message, the client has no answer", async () => {
  expect(await send("bob@example.net", { cutAfterAccept: () => true })).toMatch(
    /^E(CONNECTION|SOCKET|CONNRESET)$/,
  );
  expect(sink.accepted.map((message) => message.to)).toEqual([["bob@example.net"]]);
});

test("cut before accept: neither has it", async () => {
  expect(await send("bob@example.net", { cutBeforeAccept: () => true })).toMatch(
    /^E(CONNECTION|SOCKET|CONNRESET)$/,
  );
  expect(sink.accepted).toEqual([]);
});
