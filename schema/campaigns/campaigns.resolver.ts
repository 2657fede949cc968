import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import {
  cancelCampaign,
  countCampaigns,
  createCampaign,
  deleteCampaign,
  findCampaign,
  launchCampaign,
  listCampaigns,
  OVERDUE_POLICIES,
  pauseCampaign,
  resumeCampaign,
  updateCampaign,
} from "#domain/campaigns/index.js";
import type { Command } from "#domain/command.js";
import type { Id } from "#domain/ids.js";
import { keysetCursor } from "#domain/keyset.js";
import { pageRequest } from "#domain/page.js";
import { found, idArgument } from "../arguments.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import {
  CancelCampaignPayload,
  CreateCampaignInput,
  CreateCampaignPayload,
  DeleteCampaignPayload,
  LaunchCampaignPayload,
  OverduePolicyEnum,
  PauseCampaignPayload,
  ResumeCampaignPayload,
  UpdateCampaignInput,
  UpdateCampaignPayload,
} from "./campaign.inputs.js";
import {
  Campaign,
  CampaignAccounting,
  CampaignConnection,
  CampaignFilterInput,
  campaignOf,
  CampaignOrderInput,
} from "./campaign.type.js";
import { accountingLoader } from "./campaigns.loaders.js";

@Resolver()
export class CampaignsResolver {
  @Query(() => Campaign, { nullable: true })
  async campaign(@Arg("id", () => ID) id: string, @Ctx() { op }: SchemaContext) {
    return campaignOf(found(await findCampaign(op, op.scope, idArgument(id, "campaign")), "campaign"));
  }

  @Query(() => CampaignConnection)
  async campaigns(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => CampaignFilterInput, { nullable: true }) filter?: CampaignFilterInput | null,
    @Arg("orderBy", () => CampaignOrderInput, { nullable: true }) orderBy?: CampaignOrderInput | null,
  ) {
    const order = orderBy ?? { field: "CREATED_AT", direction: "DESC" };
    const wanted = { ...filter, teamId: filter?.teamId ? idArgument(filter.teamId, "team") : null };
    const rows = await listCampaigns(op, op.scope, wanted, order, pageRequest(page));
    const count = () => countCampaigns(op, op.scope, wanted);
    return connectionOf(rows, (row) => keysetCursor(row.sortKey, row.id), campaignOf, count);
  }

  @Query(() => CampaignAccounting)
  async campaignAccounting(@Arg("id", () => ID) id: string, @Ctx() { loaders }: SchemaContext) {
    return found(await loaders.get(accountingLoader).load(idArgument(id, "campaign")), "campaign");
  }

  @Mutation(() => CreateCampaignPayload, {
    description: "Makes a draft; nothing is sent before it is launched.",
  })
  createCampaign(
    @Arg("input", () => CreateCampaignInput) input: CreateCampaignInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "CreateCampaignSuccess", createCampaign, input, key);
  }

  @Mutation(() => UpdateCampaignPayload, { description: "Edits a draft." })
  updateCampaign(
    @Arg("input", () => UpdateCampaignInput) { id, ...input }: UpdateCampaignInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const campaignId = idArgument(id, "campaign");
    return change(context, "UpdateCampaignSuccess", updateCampaign, { campaignId, ...input }, key);
  }

  @Mutation(() => DeleteCampaignPayload, { description: "Deletes a draft." })
  deleteCampaign(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return settle("DeleteCampaignSuccess", async () => {
      const input = { campaignId: idArgument(id, "campaign") };
      const { campaignId } = await op.run(deleteCampaign, input, { idempotencyKey: key });
      return { id: campaignId };
    });
  }

  @Mutation(() => LaunchCampaignPayload, { description: "Freezes the content and starts to send." })
  launchCampaign(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(
      context,
      "LaunchCampaignSuccess",
      launchCampaign,
      { campaignId: idArgument(id, "campaign") },
      key,
    );
  }

  @Mutation(() => PauseCampaignPayload, {
    description: "PAUSED at once; `inFlight` counts what is still leaving.",
  })
  pauseCampaign(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(
      context,
      "PauseCampaignSuccess",
      pauseCampaign,
      { campaignId: idArgument(id, "campaign") },
      key,
    );
  }

  @Mutation(() => ResumeCampaignPayload, { description: "Goes on with exactly the rest." })
  resumeCampaign(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("overduePolicy", () => OverduePolicyEnum, { nullable: true })
    overduePolicy?: (typeof OVERDUE_POLICIES)[number] | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const input = { campaignId: idArgument(id, "campaign"), overduePolicy };
    return change(context, "ResumeCampaignSuccess", resumeCampaign, input, key);
  }

  @Mutation(() => CancelCampaignPayload, {
    description: "Ends it for good; what has not left will not leave.",
  })
  cancelCampaign(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(
      context,
      "CancelCampaignSuccess",
      cancelCampaign,
      { campaignId: idArgument(id, "campaign") },
      key,
    );
  }
}

/** Runs a command that answers a campaign's id, and answers the campaign as it is then. */
function change<I, T extends string>(
  { op }: SchemaContext,
  success: T,
  command: Command<I, { campaignId: Id }>,
  input: unknown,
  idempotencyKey?: string | null,
) {
  return settle(success, async () => {
    const { campaignId } = await op.run(command, input, { idempotencyKey });
    return { campaign: campaignOf(found(await findCampaign(op, op.scope, campaignId), "campaign")) };
  });
}
