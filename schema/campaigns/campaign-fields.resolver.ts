import { Args, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { can, type Requirement } from "#domain/access/actor.js";
import {
  archiveCampaign,
  cancelCampaign,
  cloneCampaign,
  countVersions,
  isAllowed,
  isEditable,
  listVersions,
  deleteCampaign,
  launchCampaign,
  pauseCampaign,
  resumeCampaign,
  scheduleCampaign,
  unscheduleCampaign,
  updateCampaign,
  type Audience,
  type CampaignActionName,
  type CampaignStatus,
} from "#domain/campaigns/index.js";
import { keysetCursor } from "#domain/keyset.js";
import { pageRequest } from "#domain/page.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { LeadList } from "../leads/lead.type.js";
import { leadListLoader } from "../leads/leads.loaders.js";
import {
  Campaign,
  CampaignAccounting,
  CampaignActionEnum,
  CampaignAudience,
  CampaignFourEyes,
  CampaignStep,
  CampaignVersion,
  CampaignVersionConnection,
  MailAccounting,
  StepAccounting,
} from "./campaign.type.js";
import {
  accountingLoader,
  fourEyesLoader,
  mailFiguresLoader,
  stepFiguresLoader,
  stepsLoader,
} from "./campaigns.loaders.js";
import { Sender } from "../senders/sender.type.js";
import { senderLoader } from "../senders/senders.loaders.js";

type Action = keyof typeof CampaignActionEnum;
const isDraft = (status: CampaignStatus) => status === "DRAFT";
const may = (action: CampaignActionName) => (status: CampaignStatus) => isAllowed(action, status);

/** When an action is on offer: by the table of the lifecycle and by the permission of its command. */
const ACTIONS: readonly [
  Action,
  { readonly permission: Requirement },
  (status: CampaignStatus) => boolean,
][] = [
  ["UPDATE", updateCampaign, isEditable],
  ["LAUNCH", launchCampaign, may("launched")],
  ["PAUSE", pauseCampaign, may("paused")],
  ["RESUME", resumeCampaign, may("resumed")],
  // A draft that is not wanted is deleted; it may be cancelled too, but two ways are not offered.
  ["CANCEL", cancelCampaign, (status) => may("cancelled")(status) && !isDraft(status)],
  ["DELETE", deleteCampaign, isDraft],
  ["CLONE", cloneCampaign, () => true],
  ["SCHEDULE", scheduleCampaign, may("scheduled")],
  ["UNSCHEDULE", unscheduleCampaign, may("unscheduled")],
  ["ARCHIVE", archiveCampaign, may("archived")],
];

@Resolver(() => Campaign)
export class CampaignFieldsResolver {
  @FieldResolver(() => [CampaignStep])
  steps(@Root() { id }: Campaign, @Ctx() { loaders }: SchemaContext) {
    return loaders.get(stepsLoader).load(id);
  }

  @FieldResolver(() => [Sender], {
    description: "Among whom its leads are dealt out; none: all its mail has fromName and fromEmail.",
  })
  async senders(@Root() { senderIds }: Campaign, @Ctx() { loaders }: SchemaContext) {
    const senders = await Promise.all(senderIds.map((id) => loaders.get(senderLoader).load(id)));
    return senders.filter((sender) => sender !== null);
  }

  @FieldResolver(() => [CampaignActionEnum], {
    description: "What the caller may do with it now, by its state and the caller's permissions.",
  })
  availableActions(@Root() { status }: Campaign, @Ctx() { op }: SchemaContext): Action[] {
    return ACTIONS.filter(
      ([, { permission }, isOffered]) =>
        isOffered(status) && can(op.actor, permission as Parameters<typeof can>[1]),
    ).map(([action]) => action);
  }

  @FieldResolver(() => CampaignFourEyes, {
    nullable: true,
    description:
      "Set where the organisation asks for a second person, and the caller made this campaign or edited it last: launching, scheduling and clearing a halt are another person's.",
  })
  async fourEyes(@Root() { id, status }: Campaign, @Ctx() { op, loaders }: SchemaContext) {
    const isAsked = may("launched")(status) || status === "HALTED";
    return isAsked && can(op.actor, launchCampaign.permission as Parameters<typeof can>[1])
      ? loaders.get(fourEyesLoader).load(id)
      : null;
  }

  @FieldResolver(() => CampaignVersionConnection, {
    description: "What was frozen at its launch and by each edit since, the newest first.",
  })
  async versions(
    @Root() { id }: Campaign,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
  ) {
    const rows = await listVersions(op, op.tenantId, id, pageRequest(page));
    return connectionOf(
      rows,
      (row) => keysetCursor(row.sortKey, row.id),
      (row) => Object.assign(new CampaignVersion(), row),
      () => countVersions(op, op.tenantId, id),
    );
  }

  @FieldResolver(() => CampaignAccounting, { description: "For a draft: what a launch would do now." })
  accounting(@Root() { id }: Campaign, @Ctx() { loaders }: SchemaContext) {
    return loaders.get(accountingLoader).load(id);
  }

  @FieldResolver(() => Int, {
    description:
      "Messages handed to the transport and not answered yet: after a pause, what may still leave; at most one a lane.",
  })
  async inFlight(@Root() { id }: Campaign, @Ctx() { loaders }: SchemaContext) {
    return (await loaders.get(accountingLoader).load(id))?.inFlight ?? 0;
  }
}

@Resolver(() => CampaignAccounting)
export class CampaignAccountingResolver {
  @FieldResolver(() => [StepAccounting], {
    description:
      "The messages of each step: in the buckets of a sequence a lead stands where its furthest message does, which for most of its life is the next one.",
  })
  async steps(@Root() { campaignId }: CampaignAccounting, @Ctx() { loaders }: SchemaContext) {
    return (await loaders.get(stepFiguresLoader).load(campaignId)) ?? [];
  }

  @FieldResolver(() => MailAccounting, {
    nullable: true,
    description: "Null: it was not launched, or has one step, so that each lead is one mail.",
  })
  mails(@Root() { campaignId }: CampaignAccounting, @Ctx() { loaders }: SchemaContext) {
    return loaders.get(mailFiguresLoader).load(campaignId);
  }
}

@Resolver(() => CampaignAudience)
export class CampaignAudienceResolver {
  @FieldResolver(() => [LeadList])
  async lists(@Root() { listIds }: Audience, @Ctx() { loaders }: SchemaContext) {
    const lists = await Promise.all(listIds.map((id) => loaders.get(leadListLoader).load(id)));
    return lists.filter((list) => list !== null);
  }
}
