import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { MessageStore } from "./message-store.js";
import type { MessageAnswer, StoredMessage } from "./stored-message.js";
import { PAGE } from "./page/page.js";
import { SCRIPT } from "./page/script.js";
import { STYLE } from "./page/style.js";
import { findAttachment, parseMessage, renderHtml } from "./parsed-message.js";

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The JSON for tests must show every mail of a run of 10,000 at once. */
const DEFAULT_LIMIT = 10_000;
const MAX_LIMIT = 100_000;

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** A mail may style itself and show its own pictures and those of this machine; it runs nothing and calls nobody. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; " +
  "img-src 'self' data: http://127.0.0.1:* http://localhost:*; font-src data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

const FILES: Readonly<Record<string, () => Promise<Answer>>> = {
  "/": async () => ok("text/html", PAGE, { "content-security-policy": PAGE_POLICY }),
  "/page.css": async () => ok("text/css", STYLE),
  "/page.js": async () => ok("text/javascript", SCRIPT),
  "/geist.woff2": () => font("@fontsource-variable/geist/files/geist-latin-wght-normal.woff2"),
  "/geist-mono.woff2": () => font("@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2"),
};

type MessageRoute = (message: StoredMessage, store: MessageStore, index: number) => Promise<Answer>;

const MESSAGE_ROUTES: Readonly<Record<string, MessageRoute>> = {
  "": async (message, store) => json(200, await parseMessage(message, await store.readRaw(message))),
  raw: async (message, store) => ok("text/plain", await store.readRaw(message)),
  html: async (message, store) => {
    const html = await renderHtml(message, await store.readRaw(message));
    if (html === null) return json(404, { error: `Mail ${message.id} has no HTML part.` });
    return ok("text/html", html, { "content-security-policy": MAIL_POLICY });
  },
  attachments: async (message, store, index) => {
    const attachment = await findAttachment(await store.readRaw(message), index);
    if (!attachment) return json(404, { error: `Mail ${message.id} has no attachment ${index}.` });
    const name = encodeURIComponent(attachment.filename ?? `attachment-${index + 1}`);
    return ok(attachment.contentType, attachment.content, {
      "content-disposition": `attachment; filename*=UTF-8''${name}`,
    });
  },
};

/**
 * Answers one request; what is not there is a 404 that says so.
 * @param smtpUrl where the mails of the store come in
 */
export async function routeRequest(
  store: MessageStore,
  smtpUrl: string,
  method: string,
  url: URL,
): Promise<Answer> {
  const file = FILES[url.pathname];
  if (file) return method === "GET" || method === "HEAD" ? file() : notAllowed("GET");
  const path = /^\/messages(?:\/(\d+)(?:\/(raw|html|attachments)(?:\/(\d+))?)?)?$/.exec(url.pathname);
  if (!path) return json(404, { error: `There is nothing at ${url.pathname}.` });
  const [, id, part = "", index = "0"] = path;
  if (id === undefined) {
    if (method === "GET") return listMessages(store, smtpUrl, url.searchParams);
    if (method !== "DELETE") return notAllowed("GET, DELETE");
    store.clear();
    return { status: 204, type: "text/plain", body: "" };
  }
  if (method !== "GET") return notAllowed("GET");
  const message = store.find(id);
  if (!message) return json(404, { error: `There is no mail ${id}.` });
  return (MESSAGE_ROUTES[part] as MessageRoute)(message, store, Number(index));
}

function listMessages(store: MessageStore, smtpUrl: string, query: URLSearchParams): Answer {
  const limit = query.get("limit") ?? String(DEFAULT_LIMIT);
  const before = query.get("before") ?? undefined;
  if (!/^\d{1,6}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_LIMIT)
    return json(400, { error: `limit must be a whole number from 1 to ${MAX_LIMIT}, but is "${limit}".` });
  if (before !== undefined && !/^\d{1,15}$/.test(before))
    return json(400, { error: `before must be the id of a mail, but is "${before}".` });
  const filter = {
    to: query.get("to") ?? undefined,
    search: query.get("search") ?? undefined,
    messageIds: query.getAll("messageId"),
  };
  const answer: MessageAnswer = { ...store.list(filter, Number(limit), before), smtpUrl };
  return json(200, answer);
}

/** The console's fonts, where they are installed; the page does without them elsewhere. */
async function font(path: string): Promise<Answer> {
  try {
    const file = await readFile(createRequire(import.meta.url).resolve(path));
    return ok("font/woff2", file, { "cache-control": "max-age=86400" });
  } catch {
    return json(404, { error: "This font is not installed." });
  }
}

function ok(type: string, body: string | Buffer, headers: Record<string, string> = {}): Answer {
  return { status: 200, type, body, headers };
}

function json(status: number, body: unknown): Answer {
  return { status, type: "application/json", body: JSON.stringify(body) };
}

function notAllowed(allow: string): Answer {
  return { ...json(405, { error: `Only ${allow} can be used here.` }), headers: { allow } };
}
