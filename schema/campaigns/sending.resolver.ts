import { Arg, Ctx, Field, Int, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import {
  findSendingState,
  FREEZE_SCOPES,
  freezeSending,
  releaseSending,
  type FreezeScope,
} from "#domain/sending/index.js";
import type { SchemaContext } from "../context.js";
import { enumOf } from "../enums.js";
import { Conflict, InvalidInput, payloadUnion, settle } from "../payload.js";
import { DateTime } from "../scalars.js";

const FreezeScopeEnum = enumOf(
  "FreezeScope",
  FREEZE_SCOPES,
  "ORGANISATION: its campaign mail. INSTALLATION: all mail of all organisations; only its operator releases it.",
);

@ObjectType({ simpleResolvers: true, description: "Whether campaign mail of the organisation may be begun." })
export class Sending {
  @Field(() => Boolean)
  isFrozen!: boolean;

  @Field(() => FreezeScopeEnum, { nullable: true, description: "The wider one, where both are frozen." })
  scope!: FreezeScope | null;

  @Field(() => DateTime, { nullable: true })
  frozenAt!: Date | null;

  @Field(() => String, { nullable: true })
  reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Who froze it, by name; null: the product itself, or its operator.",
  })
  frozenBy!: string | null;

  @Field(() => Int, { description: "While frozen: mails that had been begun and have no answer yet." })
  inFlight!: number;
}

@ObjectType({ simpleResolvers: true })
export class FreezeSendingSuccess {
  @Field(() => Sending)
  sending!: Sending;
}

@ObjectType({ simpleResolvers: true })
export class ReleaseSendingSuccess {
  @Field(() => Sending)
  sending!: Sending;

  @Field(() => Int, {
    description:
      "After a freeze of an hour and more: campaigns that are paused, because mail of theirs became due meanwhile. Resume each and choose what happens to it.",
  })
  pausedCampaigns!: number;
}

const FreezeSendingPayload = payloadUnion("FreezeSendingPayload", FreezeSendingSuccess, [
  InvalidInput,
  Conflict,
]);
const ReleaseSendingPayload = payloadUnion("ReleaseSendingPayload", ReleaseSendingSuccess, [
  InvalidInput,
  Conflict,
]);

@Resolver()
export class SendingResolver {
  @Query(() => Sending)
  sending(@Ctx() { op }: SchemaContext): Promise<Sending> {
    return findSendingState(op, op.tenantId);
  }

  @Mutation(() => FreezeSendingPayload, {
    description: "From now on no campaign mail of the organisation is begun; what is on its way ends.",
  })
  freezeSending(
    @Arg("reason", () => String) reason: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("FreezeSendingSuccess", async () => {
      await op.run(freezeSending, { reason }, { idempotencyKey });
      return { sending: await findSendingState(op, op.tenantId) };
    });
  }

  @Mutation(() => ReleaseSendingPayload, {
    description:
      "Campaigns go on where they stood; after an hour and more those with overdue mail are paused. A freeze of the installation stays.",
  })
  releaseSending(
    @Arg("reason", () => String) reason: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("ReleaseSendingSuccess", async () => {
      const { pausedCampaigns } = await op.run(releaseSending, { reason }, { idempotencyKey });
      return { sending: await findSendingState(op, op.tenantId), pausedCampaigns };
    });
  }
}
