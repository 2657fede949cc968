import { Arg, Field, ID, ObjectType, Resolver, Root, Subscription } from "type-graphql";
import { campaignChannel, type CampaignHint } from "#domain/channels.js";
import { accountingOf, findCampaign } from "#domain/campaigns/index.js";
import { findMessage } from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import { encodeCursor } from "#domain/page.js";
import { Answers } from "../answers-for.js";
import { found, idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { Message, messageOf } from "../emails/message.type.js";
import { followed } from "../live.js";
import { Campaign, CampaignAccounting, campaignOf } from "./campaign.type.js";

@ObjectType({ simpleResolvers: true })
export class CampaignActivityEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => CampaignAccounting)
  accounting!: CampaignAccounting;

  @Field(() => Campaign)
  campaign!: Campaign;

  @Field(() => Message, {
    nullable: true,
    description: "The message that changed last; null when the campaign itself did.",
  })
  message!: Message | null;
}

@Resolver()
export class CampaignsSubscriptions {
  @Answers("oneself")
  @Subscription(() => CampaignActivityEvent, {
    description:
      "The campaign as it is, at once and whenever something about it changes, at most four times a second. Each event is whole, so a reconnect with `after` begins with the present state.",
    subscribe: ({ args, context }: { args: { campaignId: string }; context: SchemaContext }) =>
      watchCampaign(context, idArgument(args.campaignId, "campaign")),
  })
  campaignActivity(
    @Root() event: CampaignActivityEvent,
    @Arg("campaignId", () => ID) _campaignId: string,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): CampaignActivityEvent {
    return event;
  }
}

async function watchCampaign(context: SchemaContext, id: Id) {
  const { op } = context;
  // Refused at once, not with the first event.
  found(await findCampaign(op, op.scope, id), "campaign");
  return followed<CampaignActivityEvent, CampaignHint>(context, campaignChannel(id), async (hint) => {
    const [campaign, accounting, message] = await Promise.all([
      findCampaign(op, op.scope, id),
      accountingOf(op, op.scope, [id]),
      hint?.messageId ? findMessage(op, op.scope, hint.messageId) : null,
    ]);
    const known = found(accounting.get(id), "campaign");
    return {
      cursor: encodeCursor([id, known.at]),
      accounting: known,
      campaign: campaignOf(found(campaign, "campaign")),
      message: message && messageOf(op, message),
    };
  });
}
