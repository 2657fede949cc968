import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Actor } from "#domain/access/actor.js";
import { messageIdKey, readUnsubscribeToken, SAMPLE_TOKEN, type Addressed } from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import { findRecipient, unsubscribe, type Recipient } from "#domain/leads/index.js";
import type { Operation, Reader } from "#domain/operation.js";
import { page } from "./recipient-page.js";

export interface UnsubscribeOptions {
  readonly reader: Reader;
  openOperation(request: FastifyRequest, actor: Actor, tenantId: Id): Operation;
}

type Way = { Params: { token: string } };

/** A mail program sends `List-Unsubscribe=One-Click`, a form less. */
const LARGEST_BODY = 1024;

/**
 * A recipient's way out. GET shows a page and changes nothing: link scanners follow every link of a mail. POST is what
 * the page's button sends, and a mail program by itself (RFC 8058): no cookie, no sign-in, no redirect.
 */
export async function addUnsubscribe(app: FastifyInstance, options: UnsubscribeOptions): Promise<void> {
  const keyOf = once(() => messageIdKey(options.reader));
  const find = async (token: string) => findAddressed(options.reader, await keyOf(), token);
  await app.register(async (scope) => {
    // Whatever the body is: the link says it all.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: LARGEST_BODY }, (_request, _body, done) =>
      done(null, null),
    );
    scope.get<Way>("/u/:token", async (request, reply) => {
      if (request.params.token === SAMPLE_TOKEN) return shown(reply, SAMPLE);
      const found = await find(request.params.token);
      if (!found) return shown(reply.code(404), NO_LINK);
      return shown(reply, found.recipient ? question(found.recipient) : GONE);
    });
    scope.post<Way>("/u/:token", async (request, reply) => {
      if (request.params.token === SAMPLE_TOKEN) return shown(reply, SAMPLE);
      const found = await find(request.params.token);
      if (!found) return shown(reply.code(404), NO_LINK);
      const { recipient, tenantId, campaignId } = found;
      if (!recipient) return shown(reply, GONE);
      const { leadId, email } = recipient;
      const op = options.openOperation(request, { kind: "RECIPIENT", leadId, email }, tenantId);
      await op.run(unsubscribe, { campaignId });
      return shown(reply, done(recipient));
    });
  });
}

/** What never changes is read once: a forged link costs no look into the database. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | null = null;
  return () => {
    known ??= read().catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
}

/** Null: not a link of ours. Without a recipient: their data is gone. */
async function findAddressed(
  reader: Reader,
  key: Uint8Array,
  token: string,
): Promise<(Addressed & { recipient: Recipient | null }) | null> {
  const addressed = readUnsubscribeToken(key, token);
  return (
    addressed && {
      ...addressed,
      recipient: await findRecipient(reader, addressed.tenantId, addressed.leadId),
    }
  );
}

const shown = (reply: FastifyReply, html: string): FastifyReply =>
  reply
    .header("cache-control", "no-store")
    .header("x-robots-tag", "noindex")
    .type("text/html; charset=utf-8")
    .send(html);

// No address stands on a page that whoever has the link can open: it may have been forwarded.
const question = ({ organisation }: Recipient): string =>
  page("Unsubscribe", `You will get no more e-mail campaigns from ${organisation}.`, "Unsubscribe");
const done = ({ organisation }: Recipient): string =>
  page(
    "You are unsubscribed",
    `You will get no more e-mail campaigns from ${organisation}. You can close this page.`,
  );
const GONE = page(
  "You are unsubscribed",
  "Your data is not kept here any more, and you get no mail. You can close this page.",
);
const SAMPLE = page(
  "This was a test",
  "The link is of a test mail or a preview. Nobody is unsubscribed by it.",
);
const NO_LINK = page(
  "This link does not work",
  "It may have been cut in two by a mail program. Copy the whole link from the mail, or answer the mail and ask for it.",
);
