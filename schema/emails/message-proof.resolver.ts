import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { can, hasOwnEyes } from "#domain/access/actor.js";
import {
  receiptDocuments,
  signReceipt,
  type MailRoom,
  type ReceiptDocument,
  type RemadeMail,
} from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import type { Operation } from "#domain/operation.js";
import type { SchemaContext } from "../context.js";
import { defineLoader, type LoaderDefinition } from "../loaders.js";
import { masks } from "../masking.js";
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

/** In the bytes stands the recipient's own link out, which unsubscribes in their name. */
const mayActAsLead = ({ actor }: Operation): boolean => can(actor, "lead:update") && hasOwnEyes(actor);

/** What a message was, and the proof of it: nothing of it is read or made unless it is asked for. */
@Resolver(() => Message)
export class MessageProofResolver {
  @FieldResolver(() => Receipt, {
    nullable: true,
    description:
      "Of a message that was sent; null where it was not, and for callers who see addresses in part only: its hash of the address can be guessed at.",
  })
  async receipt(@Root() { id }: Message, @Ctx() { op, loaders, receiptKey }: SchemaContext) {
    if (masks(op)) return null;
    const document = await loaders.get(receiptLoader).load(id);
    return document && signReceipt(document, receiptKey);
  }

  @FieldResolver(() => SentMail, {
    nullable: true,
    description:
      "What was handed over; null before that, when the lead is erased, lacks what the mail asks for, or is not the caller's to read, and for callers who see addresses in part only.",
  })
  async mail(@Root() { id }: Message, @Ctx() { op, loaders, mailRoom }: SchemaContext) {
    // A template can spell an address in ways that no mask knows.
    if (!can(op.actor, "lead:read") || masks(op)) return null;
    const mail = await loaders.get(mailLoaderOf(mailRoom)).load(id);
    return mail && (mayActAsLead(op) ? mail : { ...mail, source: null });
  }
}
