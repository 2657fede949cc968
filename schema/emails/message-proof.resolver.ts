import { isDeepStrictEqual } from "node:util";
import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { can } from "#domain/access/actor.js";
import {
  receiptDocuments,
  signReceipt,
  type MailRoom,
  type ReceiptDocument,
  type RemadeMail,
} from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import type { SchemaContext } from "../context.js";
import { defineLoader, type LoaderDefinition } from "../loaders.js";
import { masks, shownTo } from "../masking.js";
import { Message, Receipt, SentMail } from "./message.type.js";

const receiptLoader = defineLoader<Id, ReceiptDocument>((op, ids) => receiptDocuments(op, op.tenantId, ids));
const mailLoaders = new WeakMap<MailRoom, LoaderDefinition<Id, RemadeMail>>();
const mailLoaderOf = (room: MailRoom): LoaderDefinition<Id, RemadeMail> => {
  const known = mailLoaders.get(room);
  if (known) return known;
  const made = defineLoader<Id, RemadeMail>((op, ids) => room.remake(op, op.tenantId, ids));
  mailLoaders.set(room, made);
  return made;
};

/** What a message was, and the proof of it: nothing of it is read or made unless it is asked for. */
@Resolver(() => Message)
export class MessageProofResolver {
  @FieldResolver(() => Receipt, {
    nullable: true,
    description:
      "Of a message that was sent; null where it was not, and where it would show an address to callers who see them in part only.",
  })
  async receipt(@Root() { id }: Message, @Ctx() { op, loaders, receiptKey }: SchemaContext) {
    const document = await loaders.get(receiptLoader).load(id);
    if (!document || !isDeepStrictEqual(shownTo(op, document), document)) return null;
    return signReceipt(document, receiptKey);
  }

  @FieldResolver(() => SentMail, {
    nullable: true,
    description:
      "What was handed over; null before that, when the lead is erased, lacks what the mail asks for, or is not the caller's to read.",
  })
  async mail(@Root() { id }: Message, @Ctx() { op, loaders, mailRoom }: SchemaContext) {
    if (!can(op.actor, "lead:read")) return null;
    const mail = await loaders.get(mailLoaderOf(mailRoom)).load(id);
    return mail && (masks(op) ? { ...shownTo(op, mail), source: null } : mail);
  }
}
