import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import {
  findResolvable,
  RESOLUTIONS,
  type Obstacle,
  type Resolution,
  type UncertainMessage,
} from "../emails/index.js";
import { ConflictError, InvalidTransitionError, NotFoundError } from "../errors.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { plainText } from "../plain-text.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { resolveUncertain } from "./resolve-uncertain.js";

const LONGEST_EVIDENCE = 1000;
/** How somebody knows: without it nothing is resolved. 1,000 characters at most. */
export const EvidenceText = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty("evidence must say how it is known, e.g. a line of the mail server's log."),
  v.maxLength(LONGEST_EVIDENCE, `evidence must have at most ${LONGEST_EVIDENCE} characters.`),
  plainText,
);
export const ResolutionSchema = v.picklist(RESOLUTIONS);

/**
 * Settles a message of which nobody knew whether it was accepted, on a person's word. An accepted one counts as sent and
 * its lead goes on; one that is sent again is one more attempt with the same Message-ID; one that is given up ends its
 * lead's sequence. Writes message, enrollment, campaign (one that had completed goes on where mail is to be sent);
 * emits campaign.mail_resolved; enqueues nothing. Throws INVALID_TRANSITION when it is not uncertain (any more),
 * CONFLICT when it cannot be resolved so, saying why.
 */
export const resolveMessage = command({
  name: "resolveMessage",
  permission: "campaign:launch",
  input: v.object({ messageId: IdSchema, outcome: ResolutionSchema, evidence: EvidenceText }),
  audits: attempted("campaign.mail_resolved", "message", "messageId"),
  async run(op, { messageId, outcome, evidence }): Promise<{ messageId: Id }> {
    const known = await findResolvable(op, op.tenantId, messageId, outcome);
    if (!known) throw new NotFoundError("message");
    const campaign = await lockCampaignOf(op, known.campaignId);
    const message = (await findResolvable(op, op.tenantId, messageId, outcome))!;
    if (message.state !== "UNCERTAIN") throw settled(message.state, outcome);
    if (message.obstacle) throw new ConflictError(sentenceOf(message.obstacle, message), ["outcome"]);
    const said = { source: "person", actorId: selfOf(op), texts: [evidence] };
    const { ids, changes } = await resolveUncertain(op, campaign, outcome, [message], said);
    // The worker that had it has said so in this very moment.
    if (ids.length === 0) throw settled("SENT", outcome);
    await op.emit("campaign.mail_resolved", {
      targets: [campaignTarget(campaign), { type: "message", id: messageId }],
      changes: [...changes, { field: "evidence", before: null, after: evidence, personal: true }],
    });
    return { messageId };
  },
});

async function lockCampaignOf(op: Parameters<typeof resolveUncertain>[0], campaignId: Id): Promise<Campaign> {
  try {
    return await op.lock(Campaign, "campaign", campaignId);
  } catch (error) {
    // What was asked for is the message.
    if (error instanceof NotFoundError) throw new NotFoundError("message");
    throw error;
  }
}

const TARGET: Readonly<Record<Resolution, string>> = {
  ACCEPTED: "SENT",
  SEND_AGAIN: "QUEUED",
  GIVE_UP: "FAILED",
};

const settled = (state: string, outcome: Resolution): InvalidTransitionError =>
  new InvalidTransitionError(
    `The message is ${state.toLowerCase().replaceAll("_", " ")}: only what is uncertain is resolved, and once.`,
    state,
    TARGET[outcome],
    [],
  );

function sentenceOf(obstacle: Obstacle, { endReason }: UncertainMessage): string {
  switch (obstacle) {
    case "AWAITED":
      return "The worker that handed it over may still know the answer. Ask again in three minutes.";
    case "CAMPAIGN_ENDED":
      return "It cannot be sent again: its campaign is cancelled or archived.";
    case "LEAD_ENDED":
      return `It cannot be sent again: the lead's sequence has ended (${endReason}).`;
    case "SUPPRESSED":
      return "It cannot be sent again: the lead's address is suppressed.";
  }
}
