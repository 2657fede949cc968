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
import { findSlowedDomains } from "#domain/emails/index.js";
import { findSendingLimits, updateSendingLimits, type DomainLimit } from "#domain/senders/index.js";
import type { SchemaContext } from "../context.js";
import { DateTime } from "../scalars.js";
import { Conflict, InvalidInput, payloadUnion, settle } from "../payload.js";

@ObjectType("DomainLimit", { simpleResolvers: true, description: "Of mail to one destination domain." })
export class DomainLimitType {
  @Field(() => String, { description: "The part after the @." })
  domain!: string;

  @Field(() => Int, { nullable: true })
  perHour!: number | null;

  @Field(() => Int, { nullable: true })
  perDay!: number | null;
}

@ObjectType("SlowedDomain", {
  simpleResolvers: true,
  description:
    "A destination domain that has answered with 421 or 4.7.x: its pace is halved, and doubles each hour.",
})
export class SlowedDomainType {
  @Field(() => String)
  domain!: string;

  @Field(() => Int, { description: "Mails in this hour." })
  perHour!: number;

  @Field(() => DateTime)
  since!: string;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "What all campaigns of the organisation together send at most, in hours and days of UTC; null: no limit.",
})
export class SendingLimits {
  @Field(() => Int, { nullable: true })
  perHour!: number | null;

  @Field(() => Int, { nullable: true })
  perDay!: number | null;

  @Field(() => Int, { nullable: true, description: "To each destination domain that is not listed." })
  domainPerHour!: number | null;

  @Field(() => Int, { nullable: true, description: "To each destination domain that is not listed." })
  domainPerDay!: number | null;

  @Field(() => [DomainLimitType], { description: "By name; at most 200." })
  domains!: readonly DomainLimit[];

  @Field(() => Int, { description: "Of the organisation's settings; hand it back as expectedVersion." })
  version!: number;
}

@InputType()
export class DomainLimitInput {
  @Field(() => String)
  domain!: string;

  @Field(() => Int, { nullable: true })
  perHour?: number | null;

  @Field(() => Int, { nullable: true })
  perDay?: number | null;
}

@InputType({ description: "All limits together: what is left out is without a limit." })
export class UpdateSendingLimitsInput {
  @Field(() => Int, { nullable: true })
  perHour?: number | null;

  @Field(() => Int, { nullable: true })
  perDay?: number | null;

  @Field(() => Int, { nullable: true })
  domainPerHour?: number | null;

  @Field(() => Int, { nullable: true })
  domainPerDay?: number | null;

  @Field(() => [DomainLimitInput], { nullable: true })
  domains?: DomainLimitInput[] | null;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true })
export class UpdateSendingLimitsSuccess {
  @Field(() => SendingLimits)
  sendingLimits!: SendingLimits;
}
const UpdateSendingLimitsPayload = payloadUnion("UpdateSendingLimitsPayload", UpdateSendingLimitsSuccess, [
  InvalidInput,
  Conflict,
]);

@Resolver(() => SendingLimits)
export class SendingLimitsResolver {
  @FieldResolver(() => [SlowedDomainType], { description: "The newest first; at most 100." })
  slowed(@Ctx() { op }: SchemaContext) {
    return findSlowedDomains(op, op.tenantId);
  }

  @Query(() => SendingLimits)
  sendingLimits(@Ctx() { op }: SchemaContext): Promise<SendingLimits> {
    return findSendingLimits(op, op.tenantId);
  }

  @Mutation(() => UpdateSendingLimitsPayload, { description: "In force at once." })
  updateSendingLimits(
    @Arg("input", () => UpdateSendingLimitsInput) input: UpdateSendingLimitsInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("UpdateSendingLimitsSuccess", async () => {
      await op.run(updateSendingLimits, input, { idempotencyKey });
      return { sendingLimits: await findSendingLimits(op, op.tenantId) };
    });
  }
}
