import type { GraphQLResolveInfo } from "graphql";
import { Arg, ID, Resolver, Root, Subscription } from "type-graphql";
import { Answers } from "../answers-for.js";
import { idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import type { After } from "../feed/gap.type.js";
import { selects } from "../feed/selects.js";
import { campaignFeed } from "./campaign-feed.js";
import { CampaignActivityEvent } from "./campaign-activity.type.js";

@Resolver()
export class CampaignsSubscriptions {
  @Answers("oneself")
  @Subscription(() => CampaignActivityEvent, {
    description:
      "The campaign as it is, at once and whenever something about it changes, looked at four times a second at most; where `message` or `change` is asked for, each change of a message is an event of its own. With `after` every change since that cursor, in order, none twice; of more than 1,000 a gap and the present state.",
    subscribe: ({
      args,
      context,
      info,
    }: {
      args: After & { campaignId: string };
      context: SchemaContext;
      info: GraphQLResolveInfo;
    }) =>
      campaignFeed(context, idArgument(args.campaignId, "campaign"), {
        after: args.after,
        withChanges: selects(info, ["message", "change"]),
      }),
  })
  campaignActivity(
    @Root() event: CampaignActivityEvent,
    @Arg("campaignId", () => ID) _campaignId: string,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): CampaignActivityEvent {
    return event;
  }
}
