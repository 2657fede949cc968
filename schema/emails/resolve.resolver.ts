import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Resolver } from "type-graphql";
import { findCampaign, resolveMessage, resolveMessages } from "#domain/campaigns/index.js";
import { findMessage, RESOLUTIONS, type Resolution } from "#domain/emails/index.js";
import { found, idArgument } from "../arguments.js";
import { Campaign, campaignOf } from "../campaigns/campaign.type.js";
import type { SchemaContext } from "../context.js";
import { enumOf } from "../enums.js";
import { Conflict, InvalidInput, InvalidTransition, payloadUnion, settle } from "../payload.js";
import { Message, messageOf } from "./message.type.js";

const ResolutionEnum = enumOf(
  "Resolution",
  RESOLUTIONS,
  "ACCEPTED: the server has it, it counts as sent and the lead goes on. SEND_AGAIN: it certainly has not; one more attempt under the same Message-ID. GIVE_UP: it has not, and it is not tried again.",
);

@ObjectType({ simpleResolvers: true })
export class ResolveMessageSuccess {
  // Not `message`: errors have a text of that name, and clients ask for both at once.
  @Field(() => Message)
  resolvedMessage!: Message;
}

@ObjectType({ simpleResolvers: true })
export class ResolveMessagesSuccess {
  @Field(() => Campaign)
  campaign!: Campaign;

  @Field(() => Int, { description: "Messages that this call has resolved, at most 1,000." })
  resolved!: number;

  @Field(() => Int, { description: "Still uncertain, and can be resolved so: call again." })
  left!: number;

  @Field(() => Int, {
    description:
      "Still uncertain, and cannot be resolved so: the lead has stopped or is suppressed, the campaign is cancelled, or a worker may still know.",
  })
  heldBack!: number;
}

const ResolveMessagePayload = payloadUnion("ResolveMessagePayload", ResolveMessageSuccess, [
  InvalidInput,
  InvalidTransition,
  Conflict,
]);
const ResolveMessagesPayload = payloadUnion("ResolveMessagesPayload", ResolveMessagesSuccess, [
  InvalidInput,
  Conflict,
]);

@Resolver()
export class ResolveResolver {
  @Mutation(() => ResolveMessagePayload, {
    description: "Settles an UNCERTAIN message on the caller's word; how they know goes on record.",
  })
  resolveMessage(
    @Arg("id", () => ID) id: string,
    @Arg("outcome", () => ResolutionEnum) outcome: Resolution,
    @Arg("evidence", () => String) evidence: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("ResolveMessageSuccess", async () => {
      const input = { messageId: idArgument(id, "message"), outcome, evidence };
      const { messageId } = await op.run(resolveMessage, input, { idempotencyKey });
      return { resolvedMessage: messageOf(op, found(await findMessage(op, op.scope, messageId), "message")) };
    });
  }

  @Mutation(() => ResolveMessagesPayload, {
    description: "The same for what is UNCERTAIN of a campaign, at most 1,000 messages a call.",
  })
  resolveMessages(
    @Arg("campaignId", () => ID) campaignId: string,
    @Arg("outcome", () => ResolutionEnum) outcome: Resolution,
    @Arg("evidence", () => String) evidence: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("ResolveMessagesSuccess", async () => {
      const input = { campaignId: idArgument(campaignId, "campaign"), outcome, evidence };
      const { campaignId: of, ...counts } = await op.run(resolveMessages, input, { idempotencyKey });
      return { campaign: campaignOf(found(await findCampaign(op, op.scope, of), "campaign")), ...counts };
    });
  }
}
