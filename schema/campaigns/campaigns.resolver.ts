import { Arg, Args, Ctx, ID, Int, Mutation, Query, Resolver } from "type-graphql";
import {
  archiveCampaign,
  cancelCampaign,
  cloneCampaign,
  countCampaigns,
  createCampaign,
  deleteCampaign,
  findCampaign,
  launchCampaign,
  listCampaigns,
  type OverduePolicy,
  pauseCampaign,
  resumeCampaign,
  scheduleCampaign,
  unscheduleCampaign,
  sendTestEmail,
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
import { DateTime } from "../scalars.js";
import {
  ArchiveCampaignPayload,
  CancelCampaignPayload,
  CloneCampaignPayload,
  CreateCampaignInput,
  CreateCampaignPayload,
  DeleteCampaignPayload,
  LaunchCampaignPayload,
  PauseCampaignPayload,
  ResumeCampaignPayload,
  ScheduleCampaignPayload,
  UnscheduleCampaignPayload,
  SendTestEmailPayload,
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
import { OverduePolicyEnum } from "./timetable.type.js";
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

  @Mutation(() => UpdateCampaignPayload, {
    description:
      "Edits a draft; or a campaign that runs or is paused, which gets its next version: what has not been begun follows it.",
  })
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
    overduePolicy?: OverduePolicy | null,
    @Arg("catchUpPerHour", () => Int, {
      nullable: true,
      description: "Only with CATCH_UP: at most so many an hour.",
    })
    catchUpPerHour?: number | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const input = { campaignId: idArgument(id, "campaign"), overduePolicy, catchUpPerHour };
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

  @Mutation(() => CloneCampaignPayload, {
    description: "Makes a draft like a campaign of any state; nobody is enrolled in it.",
  })
  cloneCampaign(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return settle("CloneCampaignSuccess", async () => {
      const input = { campaignId: idArgument(id, "campaign") };
      const { campaignId, leftOut } = await op.run(cloneCampaign, input, { idempotencyKey: key });
      return {
        campaign: campaignOf(found(await findCampaign(op, op.scope, campaignId), "campaign")),
        leftOut,
      };
    });
  }

  @Mutation(() => ScheduleCampaignPayload, {
    description:
      "Has a draft launched at a time, or at another one. All that a launch asks is asked now, and again then.",
  })
  scheduleCampaign(
    @Arg("id", () => ID) id: string,
    @Arg("at", () => DateTime, { description: "In the future, at most a year ahead." }) at: Date,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const input = { campaignId: idArgument(id, "campaign"), at };
    return change(context, "ScheduleCampaignSuccess", scheduleCampaign, input, key);
  }

  @Mutation(() => UnscheduleCampaignPayload, {
    description: "Makes it a draft again, which is not launched by itself.",
  })
  unscheduleCampaign(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const input = { campaignId: idArgument(id, "campaign") };
    return change(context, "UnscheduleCampaignSuccess", unscheduleCampaign, input, key);
  }

  @Mutation(() => ArchiveCampaignPayload, {
    description: "Puts a campaign that has ended out of the way; it can be read for ever.",
  })
  archiveCampaign(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const input = { campaignId: idArgument(id, "campaign") };
    return change(context, "ArchiveCampaignSuccess", archiveCampaign, input, key);
  }

  @Mutation(() => SendTestEmailPayload, {
    description:
      "Mails a step with the lead's data, marked as a test, to `to` or the caller. It changes no figure. At most 20 an hour; not while sending is frozen, and to no suppressed address.",
  })
  sendTestEmail(
    @Arg("campaignId", () => ID) campaignId: string,
    @Arg("leadId", () => ID) leadId: string,
    @Ctx() { op }: SchemaContext,
    @Arg("to", () => String, { nullable: true }) to?: string | null,
    @Arg("step", () => Int, { nullable: true, description: "From 1, which it is when left out." })
    step?: number | null,
    @Arg("variant", () => Int, {
      nullable: true,
      description: "0: the step's own wording. Left out: the one that falls to the lead.",
    })
    variant?: number | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("SendTestEmailSuccess", async () => {
      const ids = { campaignId: idArgument(campaignId, "campaign"), leadId: idArgument(leadId, "lead") };
      const sent = await op.run(sendTestEmail, { ...ids, to, step, variant }, { idempotencyKey });
      const campaign = found(await findCampaign(op, op.scope, sent.campaignId), "campaign");
      // The command answers ids alone; without an address it is the caller's own.
      const own = op.actor.kind === "USER" ? op.actor.email : "";
      return { campaign: campaignOf(campaign), to: to?.trim() ?? own };
    });
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
