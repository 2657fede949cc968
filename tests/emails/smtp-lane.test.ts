import { afterEach, describe, expect, it } from "vitest";
import { findFreePort } from "../../platform/embedded/free-port.js";
import { SmtpLane } from "../../platform/mail/smtp-lane.js";
import { parseSmtpUrl } from "../../platform/mail/smtp-settings.js";
import {
  startScriptedSmtp,
  type ScriptedSmtp,
  type SmtpAct,
  type SmtpMoment,
} from "../support/scripted-smtp.js";

const QUICK = { connectTimeoutMs: 300, socketTimeoutMs: 300, mailTimeoutMs: 900 };
const ENVELOPE = { from: "news@example.org", to: "ada@example.com" };
const MAIL = Buffer.from("Subject: hello\r\n\r\nbody\r\n");

let server: ScriptedSmtp | undefined;
const lanes: SmtpLane[] = [];
afterEach(async () => {
  for (const lane of lanes.splice(0)) lane.close();
  await server?.stop();
  server = undefined;
});

async function laneTo(script: (moment: SmtpMoment, time: number) => SmtpAct | undefined): Promise<SmtpLane> {
  server = await startScriptedSmtp(script);
  const lane = new SmtpLane(parseSmtpUrl(server.url), QUICK);
  lanes.push(lane);
  return lane;
}
const send = (lane: SmtpLane) => lane.send(ENVELOPE, MAIL, () => true);
const answering =
  (at: SmtpMoment, act: SmtpAct, onlyFirst = false) =>
  (moment: SmtpMoment, time: number) =>
    moment === at && (!onlyFirst || time === 1) ? act : undefined;
const PIPELINING = "250-script\r\n250-PIPELINING\r\n250 8BITMIME";

describe("J5: what is known after each answer, by phase", () => {
  it("250 after the dot: accepted, with the server's words", async () => {
    const lane = await laneTo(() => undefined);
    expect(await send(lane)).toEqual({ kind: "accepted", reply: "250 2.0.0 queued" });
    expect(server!.bodies).toEqual(["Subject: hello\r\n\r\nbody"]);
    expect(server!.lines).toContain("RCPT TO:<ada@example.com>");
  });

  const refusals: [SmtpMoment, string, string, number, string | null][] = [
    ["connect", "421 4.3.2 busy", "connect", 421, "4.3.2"],
    ["connect", "554 5.7.1 blocked", "connect", 554, "5.7.1"],
    ["EHLO", "421 busy", "connect", 421, null],
    ["MAIL", "421 closing", "mail", 421, null],
    ["MAIL", "451 4.7.1 later", "mail", 451, "4.7.1"],
    ["MAIL", "550 5.1.8 sender", "mail", 550, "5.1.8"],
    ["RCPT", "421 closing", "rcpt", 421, null],
    ["RCPT", "451 4.3.0 later", "rcpt", 451, "4.3.0"],
    ["RCPT", "452 4.2.2 full", "rcpt", 452, "4.2.2"],
    ["RCPT", "550 5.1.1 unknown", "rcpt", 550, "5.1.1"],
    ["RCPT", "552 5.2.2 full", "rcpt", 552, "5.2.2"],
    ["RCPT", "554 no", "rcpt", 554, null],
    ["DATA", "421 closing", "data", 421, null],
    ["DATA", "451 later", "data", 451, null],
    ["DATA", "550 5.7.1 no", "data", 550, "5.7.1"],
    ["DATA", "552 5.3.4 big", "data", 552, "5.3.4"],
    ["DATA", "554 no", "data", 554, null],
    ["dot", "421 4.3.2 closing", "dot", 421, "4.3.2"],
    ["dot", "451 4.7.0 later", "dot", 451, "4.7.0"],
    ["dot", "452 4.3.1 storage", "dot", 452, "4.3.1"],
    ["dot", "550 5.7.1 spam", "dot", 550, "5.7.1"],
    ["dot", "552 5.3.4 big", "dot", 552, "5.3.4"],
    ["dot", "554 5.6.0 broken", "dot", 554, "5.6.0"],
  ];
  it.each(refusals)(
    "%s answered with %s: refused at %s",
    async (moment, reply, phase, code, enhancedCode) => {
      const lane = await laneTo(answering(moment, reply));
      expect(await send(lane)).toEqual({ kind: "refused", phase, code, enhancedCode, reply });
      expect(server!.bodies).toHaveLength(phase === "dot" ? 1 : 0);
    },
  );

  it.each(["connect", "EHLO", "MAIL", "RCPT", "DATA"] as const)(
    "silence at %s: certainly not sent",
    async (moment) => {
      const lane = await laneTo(answering(moment, "hang"));
      expect(await send(lane)).toMatchObject({ kind: "notSent" });
      expect(server!.bodies).toEqual([]);
    },
  );

  it.each(["connect", "EHLO", "MAIL", "RCPT", "DATA"] as const)(
    "the line cut at %s: certainly not sent",
    async (moment) => {
      const lane = await laneTo(answering(moment, "cut"));
      expect(await send(lane)).toMatchObject({ kind: "notSent" });
      expect(server!.bodies).toEqual([]);
    },
  );

  const doubts: [string, SmtpAct][] = [
    ["silence after the dot", "hang"],
    ["the line cut after the dot", "cut"],
    ["an answer after the dot that is not 250", "251 who knows"],
    ["a 354 after the dot", "354 again"],
    ["garbage after the dot", "what?"],
    ["half an answer after the dot", { reply: "250-still working", thenCut: true }],
  ];
  it.each(doubts)("%s: unknown, and not sent again", async (_, act) => {
    const lane = await laneTo(answering("dot", act));
    expect(await send(lane)).toMatchObject({ kind: "unknown" });
    expect(server!.bodies).toHaveLength(1);
  });

  it("the line cut just after 354, while the body is on its way: unknown", async () => {
    const lane = await laneTo(answering("DATA", { reply: "354 go on", thenCut: true }));
    expect(await send(lane)).toMatchObject({ kind: "unknown" });
    expect(server!.bodies).toEqual([]);
  });

  it("a server that never ends its answer is left after the mail's time", async () => {
    const lane = await laneTo(answering("dot", "250-working"));
    expect(await send(lane)).toMatchObject({ kind: "unknown" });
  });

  it("nobody listens: certainly not sent", async () => {
    const lane = new SmtpLane(parseSmtpUrl(`smtp://127.0.0.1:${await findFreePort()}`), QUICK);
    expect(await send(lane)).toMatchObject({
      kind: "notSent",
      reason: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("the name does not resolve: certainly not sent", async () => {
    const lane = new SmtpLane(parseSmtpUrl("smtp://no-such-host.invalid:25"), QUICK);
    expect(await send(lane)).toMatchObject({ kind: "notSent" });
  });

  it("TLS that fails: certainly not sent", async () => {
    server = await startScriptedSmtp();
    const lane = new SmtpLane(parseSmtpUrl(`smtps://127.0.0.1:${server.port}`), QUICK);
    expect(await send(lane)).toMatchObject({ kind: "notSent" });
    const needed = new SmtpLane(parseSmtpUrl(`${server.url}?tls=required`), QUICK);
    expect(await send(needed)).toMatchObject({ kind: "refused", phase: "connect", code: 502 });
    expect(server.bodies).toEqual([]);
  });

  it("a mail larger than the server takes is refused without trying", async () => {
    const lane = await laneTo(() => undefined);
    const large = Buffer.alloc(100_001, "x");
    expect(await lane.send(ENVELOPE, large, () => true)).toMatchObject({
      kind: "refused",
      enhancedCode: "5.3.4",
    });
    expect(server!.lines.filter((line) => line.startsWith("MAIL"))).toEqual([]);
  });

  it("with pipelining a refused recipient is a refusal, and no body follows", async () => {
    for (const data of ["503 5.5.1 no valid recipients", "354 go on"]) {
      const lane = await laneTo((moment) =>
        moment === "EHLO"
          ? PIPELINING
          : moment === "RCPT"
            ? "550 5.1.1 unknown"
            : moment === "DATA"
              ? data
              : undefined,
      );
      expect(await send(lane)).toMatchObject({ kind: "refused", phase: "rcpt", enhancedCode: "5.1.1" });
      expect(server!.bodies.filter((body) => body !== "")).toEqual([]);
      await server!.stop();
    }
  });

  it("with pipelining a line that is cut before 354 is certainly not sent", async () => {
    const lane = await laneTo((moment) =>
      moment === "EHLO" ? PIPELINING : moment === "DATA" ? "cut" : undefined,
    );
    expect(await send(lane)).toMatchObject({ kind: "notSent" });
  });
});

describe("a lane's connection", () => {
  it("is used for one mail after the other, also after a refusal", async () => {
    const lane = await laneTo(answering("RCPT", "550 5.1.1 unknown", true));
    expect((await send(lane)).kind).toBe("refused");
    expect((await send(lane)).kind).toBe("accepted");
    expect((await send(lane)).kind).toBe("accepted");
    expect(server!.lines.filter((line) => line.startsWith("EHLO"))).toHaveLength(1);
    expect(server!.lines).toContain("RSET");
  });

  it("is made anew after so many mails", async () => {
    server = await startScriptedSmtp();
    const lane = new SmtpLane(parseSmtpUrl(server.url), { ...QUICK, maxMails: 2 });
    lanes.push(lane);
    for (let n = 0; n < 5; n += 1) expect((await send(lane)).kind).toBe("accepted");
    expect(server.lines.filter((line) => line.startsWith("EHLO"))).toHaveLength(3);
  });

  it("that the server has closed while it was idle costs nothing: the mail goes over a fresh one, once", async () => {
    const lane = await laneTo(answering("MAIL", "cut", false));
    expect((await send(lane)).kind).toBe("notSent");
    await server!.stop();
    const second = await laneTo((moment, time) => (moment === "MAIL" && time === 2 ? "cut" : undefined));
    expect((await send(second)).kind).toBe("accepted");
    expect((await send(second)).kind).toBe("accepted");
    expect(server!.bodies).toHaveLength(2);
  });

  it("after an answer that did not come is not trusted again", async () => {
    const lane = await laneTo(answering("dot", "hang", true));
    expect((await send(lane)).kind).toBe("unknown");
    expect((await send(lane)).kind).toBe("accepted");
    expect(server!.lines.filter((line) => line.startsWith("EHLO"))).toHaveLength(2);
  });

  it("begins no body when it may not any more, although the server has said 354", async () => {
    const lane = await laneTo(() => undefined);
    expect(await lane.send(ENVELOPE, MAIL, () => false)).toEqual({
      kind: "notSent",
      reason: "the lease on the message ran out",
    });
    expect(server!.lines).toContain("DATA");
    expect(server!.bodies).toEqual([]);
  });
});

describe("SMTP_URL", () => {
  it.each([
    ["smtp://mail.example.org", { port: 587, isSecure: false, startTls: "offered", auth: null }],
    ["smtps://mail.example.org", { port: 465, isSecure: true }],
    [
      "smtp://ada%40x:p%2Fw@mail.example.org:2525",
      { port: 2525, startTls: "required", auth: { user: "ada@x", pass: "p/w" } },
    ],
    ["smtp://ada:pw@mail.example.org?tls=off", { startTls: "off" }],
    ["smtp://127.0.0.1:1025", { port: 1025, startTls: "off" }],
    ["smtp://[::1]:1025", { host: "::1", startTls: "off" }],
    ["smtp://localhost?tls=required", { startTls: "required" }],
  ])("%s", (url, expected) => {
    expect(parseSmtpUrl(url)).toMatchObject(expected);
  });

  it.each(["mail.example.org:25", "http://mail.example.org", "smtp://x?tls=maybe"])(
    "%s is refused",
    (url) => {
      expect(() => parseSmtpUrl(url)).toThrow(/SMTP_URL/);
    },
  );
});
