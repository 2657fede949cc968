import { appendFile, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type MailCatcher,
  type MailCatcherOptions,
  startMailCatcher,
} from "../../platform/mail-catcher/mail-catcher.js";
import type { MessagePage, StoredMessage } from "../../platform/mail-catcher/stored-message.js";
import type { ParsedMessage } from "../../platform/mail-catcher/parsed-message.js";

let directory: string;
let catcher: MailCatcher;

async function start(options: Partial<MailCatcherOptions> = {}): Promise<void> {
  catcher = await startMailCatcher({ directory, ...options });
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "postwatch-catcher-"));
  await start();
});

afterEach(async () => {
  await catcher.stop();
  await rm(directory, { recursive: true, force: true });
});

async function send(subjects: readonly string[], extra: object = {}): Promise<void> {
  const transport = createTransport({
    url: catcher.smtpUrl,
    pool: true,
    maxConnections: 8,
    maxMessages: Infinity,
  });
  await Promise.all(
    subjects.map((subject, at) =>
      transport.sendMail({
        from: "Ada Lovelace <ada@example.org>",
        to: `lead${at}@example.net`,
        subject,
        text: `Body of ${subject}`,
        messageId: `<${at}@example.org>`,
        ...extra,
      }),
    ),
  );
  transport.close();
}

const get = (path: string) => fetch(`${catcher.webUrl}${path}`);
const list = async (query = "") => (await (await get(`/messages${query}`)).json()) as MessagePage;

test("a mail that was answered with 250 is listed with envelope, headers and size", async () => {
  await send(["Grüße aus Köln"], { to: "bob@example.net", bcc: "hidden@example.net" });
  const { total, messages, next } = await list();
  expect({ total, next }).toEqual({ total: 1, next: null });
  expect(messages).toEqual([
    {
      id: "1",
      messageId: "<0@example.org>",
      from: "Ada Lovelace <ada@example.org>",
      to: ["bob@example.net", "hidden@example.net"],
      envelopeFrom: "ada@example.org",
      subject: "Grüße aus Köln",
      receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      size: expect.any(Number),
    },
  ]);
  const raw = Buffer.from(await (await get("/messages/1/raw")).arrayBuffer());
  expect(raw.length).toBe(messages[0]?.size);
});

test("of 500 mails sent at once none is missing and none is there twice", async () => {
  await send(Array.from({ length: 500 }, (_, at) => `mail ${at}`));
  const { total, messages } = await list();
  expect(total).toBe(500);
  expect(new Set(messages.flatMap((message) => message.to)).size).toBe(500);
  expect(messages.map((message) => message.id)).toEqual(
    Array.from({ length: 500 }, (_, at) => String(500 - at)),
  );
});

test("pages follow each other newest first, by recipient and by text", async () => {
  for (const subject of ["a spring", "b winter", "c spring"]) await send([subject]);
  const first = await list("?limit=2");
  expect(first.messages.map((message) => message.subject)).toEqual(["c spring", "b winter"]);
  const second = await list(`?limit=2&before=${first.next}`);
  expect(second).toMatchObject({ total: 3, next: null, messages: [{ subject: "a spring" }] });
  expect((await list("?search=SPRING")).total).toBe(2);
  expect((await list("?to=LEAD0@example.net")).total).toBe(3);
  expect((await list("?to=lead0@example")).total).toBe(0);
});

test("a limit or a place that makes no sense is refused by name", async () => {
  const answers = await Promise.all(
    ["?limit=0", "?limit=x", "?before=x"].map((query) => get(`/messages${query}`)),
  );
  expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400]);
  expect(await answers[1]?.json()).toEqual({
    error: 'limit must be a whole number from 1 to 100000, but is "x".',
  });
});

test("mails outlive the catcher, a half-written line does not, and ids go on where they were", async () => {
  await send(["one", "two"]);
  await catcher.stop();
  await appendFile(join(directory, "index.jsonl"), '{"id":"3","subj');
  await start();
  await send(["three"]);
  const { messages } = await list();
  expect(messages.map(({ id, subject }) => [id, subject])).toEqual([
    ["3", "three"],
    ["2", expect.stringMatching(/one|two/)],
    ["1", expect.stringMatching(/one|two/)],
  ]);
  await catcher.stop();
  await start();
  expect((await list()).total).toBe(3);
});

test("beyond the cap the oldest mails go, and stay gone", async () => {
  await catcher.stop();
  await start({ maxMessages: 3 });
  for (const subject of ["1", "2", "3", "4", "5"]) await send([subject]);
  const subjects = async () => (await list()).messages.map((message) => message.subject);
  expect(await subjects()).toEqual(["5", "4", "3"]);
  expect((await get("/messages/2")).status).toBe(404);
  await catcher.stop();
  await start({ maxMessages: 3 });
  expect(await subjects()).toEqual(["5", "4", "3"]);
});

test("the space of dropped mails is given back", async () => {
  await catcher.stop();
  await start({ maxBytes: 20_000_000 });
  const body = `${"x".repeat(70)}\r\n`.repeat(84_000); // 6 MB
  for (const subject of ["1", "2", "3", "4", "5", "6", "7"])
    await send([subject], {
      envelope: { from: "ada@example.org", to: "bob@example.net" },
      raw: `Subject: ${subject}\r\n\r\n${body}`,
    });
  expect((await list()).messages.map((message) => message.subject)).toEqual(["7", "6", "5"]);
  expect(await readdir(join(directory, "messages"))).toEqual(["4.eml", "7.eml"]);
  expect(await (await get("/messages/7/raw")).text()).toContain("Subject: 7");
});

test("DELETE empties list and disk; ids are not given again", async () => {
  await send(["one", "two"]);
  expect((await fetch(`${catcher.webUrl}/messages`, { method: "DELETE" })).status).toBe(204);
  expect(await list()).toEqual({
    total: 0,
    messages: [],
    next: null,
    completeSince: expect.stringMatching(/^20.*Z$/),
    smtpUrl: catcher.smtpUrl,
  });
  await send(["three"]);
  expect((await list()).messages.map((message: StoredMessage) => message.id)).toEqual(["3"]);
  expect((await readFile(join(directory, "index.jsonl"), "utf8")).split("\n").length).toBe(3);
  expect(await readdir(join(directory, "messages"))).toEqual(["3.eml"]);
});

test("one mail is parsed: headers, both bodies, attachments; pictures it brings are shown, nothing runs", async () => {
  await send(["Spring"], {
    html: '<p>Hi <img src="cid:logo@x"><script>alert(1)</script></p>',
    headers: { "List-Unsubscribe": "<https://example.org/u/1>", "X-Two": ["a", "b"] },
    attachments: [
      { filename: "lögo.png", content: Buffer.from("png"), cid: "logo@x", contentType: "image/png" },
    ],
  });
  const mail = (await (await get("/messages/1")).json()) as ParsedMessage;
  expect(mail.headers).toMatchObject({
    "list-unsubscribe": "<https://example.org/u/1>",
    "x-two": ["a", "b"],
  });
  expect(mail.text?.trim()).toBe("Body of Spring");
  expect(mail.html).toContain('src="cid:logo@x"');
  expect(mail.attachments).toEqual([
    { index: 0, filename: "lögo.png", contentType: "image/png", size: 3, contentId: "logo@x" },
  ]);
  const html = await get("/messages/1/html");
  expect(await html.text()).toContain('src="/messages/1/attachments/0"');
  expect(html.headers.get("content-security-policy")).toMatch(/^default-src 'none';.*sandbox allow-popups/);
  expect(html.headers.get("content-security-policy")).not.toContain("allow-scripts");
  const picture = await get("/messages/1/attachments/0");
  expect([picture.headers.get("content-type"), await picture.text()]).toEqual(["image/png", "png"]);
  expect((await get("/messages/1/attachments/1")).status).toBe(404);
});

test("a site that points its own name to this machine is turned away", async () => {
  const { request } = await import("node:http");
  const status = await new Promise((resolve) => {
    request(`${catcher.webUrl}/messages`, { headers: { host: "evil.example" } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).end();
  });
  expect(status).toBe(403);
});

test("in production the catcher does not listen to the network", async () => {
  await expect(startMailCatcher({ directory, host: "0.0.0.0", isProduction: true })).rejects.toThrow(
    /SMTP_URL/,
  );
});

test("the page is served under a policy without inline code", async () => {
  const page = await get("/");
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'; style-src 'self'");
  const text = await page.text();
  expect(text).not.toMatch(/<style|<script>|style=|onclick=/);
  for (const file of ["/page.css", "/page.js"]) expect((await get(file)).status).toBe(200);
});

test("the page hears of new mails as they come", async () => {
  const events = await get("/events");
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe('data: {"total":0,"lastId":"0"}\n\n');
  await send(["one"]);
  expect((await reader?.read())?.value).toBe('data: {"total":1,"lastId":"1"}\n\n');
  await reader?.cancel();
});
