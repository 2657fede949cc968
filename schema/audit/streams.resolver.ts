import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import {
  createAuditStream,
  deleteAuditStream,
  pauseAuditStream,
  resumeAuditStream,
  updateAuditStream,
} from "#domain/audit/streams/change-streams.js";
import { streamSecret } from "#domain/audit/streams/stream-secret.js";
import { findStreams, type AuditStreamView } from "#domain/audit/streams/streams.queries.js";
import type { Id } from "#domain/ids.js";
import type { Operation } from "#domain/operation.js";
import type { ShelfRules } from "../access/rules.js";
import { found, idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import {
  AuditStream,
  CreateAuditStreamInput,
  CreateAuditStreamPayload,
  DeleteAuditStreamPayload,
  PauseAuditStreamPayload,
  ResumeAuditStreamPayload,
  UpdateAuditStreamInput,
  UpdateAuditStreamPayload,
} from "./streams.type.js";

type Key = string | null | undefined;

export const streamsRules: ShelfRules = {
  Query: { auditStreams: "system:settings" },
  Mutation: {
    createAuditStream: createAuditStream.permission,
    updateAuditStream: updateAuditStream.permission,
    pauseAuditStream: pauseAuditStream.permission,
    resumeAuditStream: resumeAuditStream.permission,
    deleteAuditStream: deleteAuditStream.permission,
  },
};

@Resolver()
export class AuditStreamsResolver {
  @Query(() => [AuditStream], { description: "The organisation's, the oldest first; at most 20." })
  auditStreams(@Ctx() { op }: SchemaContext): Promise<AuditStream[]> {
    return findStreams(op, op.tenantId);
  }

  @Mutation(() => CreateAuditStreamPayload, { description: "Sends every entry of the organisation there." })
  createAuditStream(
    @Arg("input", () => CreateAuditStreamInput) input: CreateAuditStreamInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    return settle("CreateAuditStreamSuccess", async () => {
      const { streamId } = await op.run(createAuditStream, input, { idempotencyKey });
      const auditStream = await streamOf(op, streamId);
      return { auditStream, secret: secretOf(op, auditStream) };
    });
  }

  @Mutation(() => UpdateAuditStreamPayload, { description: "Where it stands stays." })
  updateAuditStream(
    @Arg("input", () => UpdateAuditStreamInput) { id, ...input }: UpdateAuditStreamInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    return settle("UpdateAuditStreamSuccess", async () => {
      const wanted = { ...of(id), ...input };
      const { streamId, hasNewSecret } = await op.run(updateAuditStream, wanted, { idempotencyKey });
      const auditStream = await streamOf(op, streamId);
      return { auditStream, secret: hasNewSecret ? secretOf(op, auditStream) : null };
    });
  }

  @Mutation(() => PauseAuditStreamPayload, {
    description: "Nothing is sent until it is resumed; what has begun may still arrive.",
  })
  pauseAuditStream(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    return settle("PauseAuditStreamSuccess", async () => {
      const { streamId } = await op.run(pauseAuditStream, of(id), { idempotencyKey });
      return { auditStream: await streamOf(op, streamId) };
    });
  }

  @Mutation(() => ResumeAuditStreamPayload, { description: "Goes on where it stood, at once." })
  resumeAuditStream(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    return settle("ResumeAuditStreamSuccess", async () => {
      const { streamId } = await op.run(resumeAuditStream, of(id), { idempotencyKey });
      return { auditStream: await streamOf(op, streamId) };
    });
  }

  @Mutation(() => DeleteAuditStreamPayload, { description: "Its place is forgotten with it." })
  deleteAuditStream(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    return settle("DeleteAuditStreamSuccess", async () => {
      const { streamId } = await op.run(deleteAuditStream, of(id), { idempotencyKey });
      return { id: streamId };
    });
  }
}

const of = (id: string) => ({ streamId: idArgument(id, "audit stream") });

async function streamOf(op: Operation, id: Id): Promise<AuditStreamView> {
  return found((await findStreams(op, op.tenantId, id))[0], "audit stream");
}

const secretOf = (op: Operation, { id, kind, secretNumber }: AuditStreamView): string | null =>
  kind === "WEBHOOK" ? streamSecret(op, id, secretNumber) : null;
