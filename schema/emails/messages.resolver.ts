import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from "type-graphql";
import {
  countAllUncertain,
  countMessages,
  eventsOfMessages,
  findEvidenceState,
  findMessage,
  listMessages,
  listUncertain,
  type MessageEventView,
} from "#domain/emails/index.js";
import { findVersions, fromOf, wordingOf, type PinnedVersion } from "#domain/campaigns/index.js";
import { invalid } from "#domain/errors.js";
import type { Id } from "#domain/ids.js";
import { keysetCursor } from "#domain/keyset.js";
import { pageRequest } from "#domain/page.js";
import { found, idArgument } from "../arguments.js";
import { CampaignStep } from "../campaigns/campaign.type.js";
import { stepsLoader } from "../campaigns/campaigns.loaders.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { Enrollment } from "../enrollments/enrollment.type.js";
import { enrollmentLoader, placeKey } from "../enrollments/enrollments.loaders.js";
import { Lead } from "../leads/lead.type.js";
import { leadLoader } from "../leads/leads.loaders.js";
import { defineLoader } from "../loaders.js";
import { masks, shownTo } from "../masking.js";
import {
  MailEvidence,
  Message,
  MessageConnection,
  MessageEvent,
  MessageFilterInput,
  messageOf,
} from "./message.type.js";
import { previewOf } from "./preview.js";
import { TemplatePreview } from "./preview.type.js";

const eventsLoader = defineLoader<Id, MessageEventView[]>(async (op, ids) => {
  const events = new Map<Id, MessageEventView[]>(ids.map((id) => [id, []]));
  for (const event of await eventsOfMessages(op, op.tenantId, ids))
    events.get(event.messageId)?.push(shownTo(op, event));
  return events;
});

const versionLoader = defineLoader<Id, PinnedVersion>(async (op, ids) => {
  const rows = await findVersions(op, op.tenantId, ids);
  return new Map(rows.map((row) => [row.id, row]));
});

@Resolver(() => Message)
export class MessagesResolver {
  @Query(() => Message, { nullable: true })
  async message(@Arg("id", () => ID) id: string, @Ctx() { op }: SchemaContext) {
    return messageOf(op, found(await findMessage(op, op.scope, idArgument(id, "message")), "message"));
  }

  @Query(() => MessageConnection, { description: "The ledger of a campaign, the last changed first." })
  async messages(
    @Arg("campaignId", () => ID) campaignId: string,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => MessageFilterInput, { nullable: true }) filter?: MessageFilterInput | null,
  ) {
    const id = idArgument(campaignId, "campaign");
    if (filter?.text && masks(op))
      throw invalid(["filter", "text"], "masked", "Addresses are masked for you, so they are not searched.");
    const rows = await listMessages(op, op.scope, id, filter ?? {}, pageRequest(page));
    const count = () => countMessages(op, op.scope, id, filter ?? {});
    return connectionOf(
      rows,
      (row) => keysetCursor(row.sortKey, row.id),
      (row) => messageOf(op, row),
      count,
    );
  }

  @Query(() => MessageConnection, {
    description: "What is UNCERTAIN, of all campaigns: held until somebody knows, the newest first.",
  })
  async uncertainMessages(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() { op }: SchemaContext) {
    const rows = await listUncertain(op, op.scope, pageRequest(page));
    return connectionOf(
      rows,
      (row) => keysetCursor(row.sortKey, row.id),
      (row) => messageOf(op, row),
      () => countAllUncertain(op, op.scope),
    );
  }

  @Query(() => MailEvidence, {
    nullable: true,
    description: "Where mail whose outcome is unknown is looked up; null: nobody has looked yet.",
  })
  mailEvidence(@Ctx() { op }: SchemaContext): Promise<MailEvidence | null> {
    return findEvidenceState(op);
  }

  @FieldResolver(() => Lead)
  lead(@Root() { leadId }: Message, @Ctx() { loaders }: SchemaContext) {
    return loaders.get(leadLoader).load(leadId);
  }

  @FieldResolver(() => CampaignStep, { description: "As it is in the version that the mail is pinned to." })
  async step(@Root() { campaignId, stepId, versionId }: Message, @Ctx() { loaders }: SchemaContext) {
    const version = await loaders.get(versionLoader).load(versionId);
    const pinned = version?.content.steps?.find((step) => step.id === stepId);
    if (pinned) return { ...pinned, delayBusinessDays: pinned.delayBusinessDays ?? 0 };
    const steps = await loaders.get(stepsLoader).load(campaignId);
    return found(
      steps?.find((step) => step.id === stepId),
      "step",
    );
  }

  @FieldResolver(() => Int, {
    description:
      "Of the campaign: what the mail was made from; until it is begun, what it would be made from.",
  })
  async version(@Root() { versionId }: Message, @Ctx() { loaders }: SchemaContext) {
    return found(await loaders.get(versionLoader).load(versionId), "version").n;
  }

  @FieldResolver(() => TemplatePreview, {
    nullable: true,
    description:
      "The mail in the wording of its version, with what is known of its lead today. Null: its version keeps no wording.",
  })
  async preview(
    @Root() message: Message,
    @Ctx() { op, loaders }: SchemaContext,
  ): Promise<TemplatePreview | null> {
    const content = (await loaders.get(versionLoader).load(message.versionId))?.content;
    const step = content?.steps?.find(({ id }) => id === message.stepId);
    if (!content || !step) return null;
    const { parts } = wordingOf(
      content.steps,
      { step: step.position, variant: message.variant },
      message.leadId,
    );
    // As the caller may see the lead, so that what is rendered shows no masked address.
    const lead = await loaders.get(leadLoader).load(message.leadId);
    return previewOf(op, parts, lead, fromOf(content, message.senderId).postalAddress);
  }

  @FieldResolver(() => Enrollment, { description: "The lead's place in the campaign." })
  async enrollment(@Root() message: Message, @Ctx() { loaders }: SchemaContext) {
    return found(await loaders.get(enrollmentLoader).load(placeKey(message)), "enrollment");
  }

  @FieldResolver(() => [MessageEvent])
  events(@Root() { id }: Message, @Ctx() { loaders }: SchemaContext) {
    return loaders.get(eventsLoader).load(id);
  }
}
