import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import type { Command } from "#domain/command.js";
import { keysetCursor } from "#domain/keyset.js";
import { pageRequest } from "#domain/page.js";
import {
  archiveSender,
  countSenders,
  createSender,
  findSenders,
  listSenders,
  pauseSender,
  resumeSender,
  updateSender,
} from "#domain/senders/index.js";
import { found, idArgument } from "../arguments.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import {
  ArchiveSenderPayload,
  CreateSenderInput,
  CreateSenderPayload,
  PauseSenderPayload,
  ResumeSenderPayload,
  Sender,
  SenderConnection,
  SenderFilterInput,
  senderOf,
  UpdateSenderInput,
  UpdateSenderPayload,
} from "./sender.type.js";

type Key = string | null | undefined;

@Resolver()
export class SendersResolver {
  @Query(() => Sender, { nullable: true })
  async sender(@Arg("id", () => ID) id: string, @Ctx() { op }: SchemaContext) {
    const [view] = await findSenders(op, op.tenantId, [idArgument(id, "sender")]);
    return senderOf(found(view, "sender"));
  }

  @Query(() => SenderConnection, { description: "By address; those that are archived only when asked for." })
  async senders(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => SenderFilterInput, { nullable: true }) filter?: SenderFilterInput | null,
  ) {
    const rows = await listSenders(op, op.tenantId, filter ?? {}, pageRequest(page));
    const count = () => countSenders(op, op.tenantId, filter ?? {});
    return connectionOf(rows, (row) => keysetCursor(row.sortKey, row.id), senderOf, count);
  }

  @Mutation(() => CreateSenderPayload)
  createSender(
    @Arg("input", () => CreateSenderInput) input: CreateSenderInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return change("CreateSenderSuccess", context, createSender, input, key);
  }

  @Mutation(() => UpdateSenderPayload, {
    description:
      "Limits are in force at once. Name and addresses are those of campaigns that are launched from now on: what was launched has its own, frozen.",
  })
  updateSender(
    @Arg("input", () => UpdateSenderInput) { id, ...changes }: UpdateSenderInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return change("UpdateSenderSuccess", context, updateSender, { ...of(id), ...changes }, key);
  }

  @Mutation(() => PauseSenderPayload, {
    description: "Its mail waits until it is resumed; no lead is given to another sender.",
  })
  pauseSender(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return change("PauseSenderSuccess", context, pauseSender, of(id), key);
  }

  @Mutation(() => ResumeSenderPayload)
  resumeSender(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return change("ResumeSenderSuccess", context, resumeSender, of(id), key);
  }

  @Mutation(() => ArchiveSenderPayload, {
    description:
      "For good; its address is free again. Refused while a campaign uses it that is scheduled, runs or is paused.",
  })
  archiveSender(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return change("ArchiveSenderSuccess", context, archiveSender, of(id), key);
  }
}

const of = (id: string) => ({ senderId: idArgument(id, "sender") });

/** Runs a command about a sender and answers with it as it is now. */
function change<T extends string, I>(
  success: T,
  { op }: SchemaContext,
  command: Command<I, { senderId: string }>,
  input: unknown,
  idempotencyKey: Key,
) {
  return settle(success, async () => {
    const { senderId } = await op.run(command, input, { idempotencyKey });
    const [view] = await findSenders(op, op.tenantId, [senderId]);
    return { sender: senderOf(found(view, "sender")) };
  });
}
