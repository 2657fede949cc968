import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from "type-graphql";
import { findPurges } from "#domain/audit/chain.queries.js";
import { readRetention, updateAuditRetention } from "#domain/audit/retention.js";
import type { SchemaContext } from "../context.js";
import { Conflict, InvalidInput, payloadUnion, settle } from "../payload.js";
import { AuditPurge } from "./purge.type.js";

@ObjectType({
  simpleResolvers: true,
  description:
    "How long entries of the audit log are kept, in the whole installation. What goes leaves its seals: the chain can still be checked.",
})
export class AuditRetention {
  @Field(() => Int, { nullable: true, description: "Null: for ever." })
  months!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "A legal hold: why nothing is deleted at present, whatever the months say.",
  })
  holdReason!: string | null;

  @Field(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  version!: number;
}

@InputType({ description: "What is left out stays." })
export class UpdateAuditRetentionInput {
  @Field(() => Int, { nullable: true, description: "3 or more; null keeps entries for ever." })
  months?: number | null;

  @Field(() => String, { nullable: true, description: "Sets a hold; null ends it." })
  holdReason?: string | null;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true })
export class UpdateAuditRetentionSuccess {
  @Field(() => AuditRetention)
  auditRetention!: AuditRetention;
}

const UpdateAuditRetentionPayload = payloadUnion("UpdateAuditRetentionPayload", UpdateAuditRetentionSuccess, [
  InvalidInput,
  Conflict,
]);

@Resolver(() => AuditRetention)
export class AuditRetentionResolver {
  @Query(() => AuditRetention)
  auditRetention(@Ctx() { op }: SchemaContext): Promise<AuditRetention> {
    return readRetention(op);
  }

  @FieldResolver(() => [AuditPurge], {
    description: "Months of the organisation that were deleted, the newest first.",
  })
  async purged(@Ctx() { op }: SchemaContext): Promise<readonly AuditPurge[]> {
    return (await findPurges(op, op.tenantId)).toReversed();
  }

  @Mutation(() => UpdateAuditRetentionPayload, {
    description: "Months that are over are deleted in the following night.",
  })
  updateAuditRetention(
    @Arg("input", () => UpdateAuditRetentionInput) input: UpdateAuditRetentionInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("UpdateAuditRetentionSuccess", async () => {
      await op.run(updateAuditRetention, input, { idempotencyKey });
      return { auditRetention: await readRetention(op) };
    });
  }
}
