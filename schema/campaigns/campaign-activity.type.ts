import { Field, ObjectType } from "type-graphql";
import { Message, MessageEvent } from "../emails/message.type.js";
import { FeedGap } from "../feed/gap.type.js";
import { Campaign, CampaignAccounting } from "./campaign.type.js";

@ObjectType({ simpleResolvers: true })
export class CampaignActivityEvent {
  @Field(() => String, { description: "Hand it back as `after` to go on from here." })
  cursor!: string;

  @Field(() => CampaignAccounting)
  accounting!: CampaignAccounting;

  @Field(() => Campaign)
  campaign!: Campaign;

  @Field(() => Message, {
    nullable: true,
    description: "The message that changed, as it is now; null when the campaign itself did.",
  })
  message!: Message | null;

  @Field(() => MessageEvent, {
    nullable: true,
    description: "What happened to the message; null when the event tells the present state alone.",
  })
  change!: MessageEvent | null;

  @Field(() => FeedGap, {
    nullable: true,
    description: "Changes before this event are not told one by one. The event is the whole present state.",
  })
  gap!: FeedGap | null;
}
