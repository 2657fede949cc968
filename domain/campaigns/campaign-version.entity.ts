import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { SendSchedule } from "../planning/index.js";
import type { TemplateVariant } from "./step.entity.js";

/** What a launch froze: every message pins the version that it renders. */
export interface FrozenContent {
  readonly fromName: string;
  readonly fromEmail: string;
  readonly replyTo: string | null;
  readonly postalAddress: string | null;
  /** Missing in what was launched before there were schedules. */
  readonly schedule?: SendSchedule | null;
  readonly steps: readonly FrozenStep[];
  /** Missing or empty: all mail has the name and address above. Otherwise each lead has one of them. */
  readonly senders?: readonly FrozenSender[];
}

/** A sender as it was when the campaign was launched. */
export interface FrozenSender {
  readonly id: string;
  readonly address: string;
  readonly name: string;
  readonly replyTo: string | null;
  readonly postalAddress: string | null;
}

/** What stands at the head of a lead's mails. */
export interface FrozenFrom {
  readonly fromName: string;
  readonly fromEmail: string;
  readonly replyTo: string | null;
  readonly postalAddress: string | null;
}

/** @throws Error when the lead has a sender that the version does not know: no mail may leave in another's name. */
export function fromOf(content: FrozenContent, senderId: string | null): FrozenFrom {
  if (senderId === null) return content;
  const sender = content.senders?.find(({ id }) => id === senderId);
  if (!sender) throw new Error("The campaign's version does not have the lead's sender.");
  const { name: fromName, address: fromEmail, replyTo, postalAddress } = sender;
  return { fromName, fromEmail, replyTo, postalAddress };
}

export interface FrozenStep {
  readonly id: string;
  readonly position: number;
  readonly delayMinutes: number;
  readonly delayBusinessDays?: number;
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
  readonly variants: readonly TemplateVariant[];
}

export const CampaignVersion = defineEntity({
  name: "CampaignVersion",
  tableName: "campaign_version",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    campaignId: p.uuid(),
    n: p.integer(),
    content: p.json<FrozenContent>(),
    requestId: p.text().nullable(),
    /** Null: from before that was kept. */
    createdBy: p.uuid().nullable(),
    /** Against the version before, in words; of the first nothing. */
    changes: p.array(),
    createdAt: p.datetime(),
  },
});
export type CampaignVersion = InferEntity<typeof CampaignVersion>;
