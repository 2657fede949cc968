import { Field, ID, InputType, ObjectType } from "type-graphql";
import {
  LEAD_STAGES,
  MAILABILITIES,
  SUPPRESSION_REASONS,
  type LeadListView,
  type LeadStage,
  type LeadView,
  type Mailability,
  type SuppressionReason,
  type SuppressionView,
} from "#domain/leads/index.js";
import type { Operation } from "#domain/operation.js";
import { connectionType } from "../connection.js";
import { enumOf } from "../enums.js";
import { Node } from "../node.type.js";
import { shownTo } from "../masking.js";
import { DateTime, JSONObject } from "../scalars.js";

export const LeadStageEnum = enumOf("LeadStage", LEAD_STAGES, "How far a lead has come, as people see it.");
export const MailabilityEnum = enumOf(
  "Mailability",
  MAILABILITIES,
  "Whether a lead may be mailed; follows from the suppressions of its address.",
);
export const SuppressionReasonEnum = enumOf("SuppressionReason", SUPPRESSION_REASONS);

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "A list of leads. Each lead is in it once.",
})
export class LeadList extends Node {
  @Field(() => String)
  name!: string;

  @Field(() => DateTime)
  createdAt!: string;

  teamId!: string | null;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "A person at an address; one a canonical address.",
})
export class Lead extends Node {
  @Field(() => String)
  email!: string;

  @Field(() => String, { nullable: true })
  firstName!: string | null;

  @Field(() => String, { nullable: true })
  lastName!: string | null;

  @Field(() => String, { nullable: true })
  company!: string | null;

  @Field(() => String, { nullable: true })
  title!: string | null;

  @Field(() => String, { nullable: true, description: "IANA zone, e.g. Europe/Lisbon." })
  timezone!: string | null;

  @Field(() => JSONObject)
  customFields!: LeadView["customFields"];

  @Field(() => [String])
  tags!: readonly string[];

  @Field(() => LeadStageEnum)
  stage!: LeadStage;

  @Field(() => MailabilityEnum)
  mailability!: Mailability;

  @Field(() => DateTime)
  createdAt!: string;

  @Field(() => DateTime)
  updatedAt!: string;

  teamId!: string | null;
}

@ObjectType({ implements: Node, simpleResolvers: true, description: "An address that is not mailed." })
export class Suppression extends Node {
  @Field(() => String)
  email!: string;

  @Field(() => SuppressionReasonEnum)
  reason!: SuppressionReason;

  @Field(() => DateTime)
  createdAt!: string;
}

export const LeadConnection = connectionType("Lead", () => Lead);
export const LeadListConnection = connectionType("LeadList", () => LeadList);
export const SuppressionConnection = connectionType("Suppression", () => Suppression);

/** As this caller may see it. */
export const leadOf = (op: Operation, view: LeadView): Lead => Object.assign(new Lead(), shownTo(op, view));
export const leadListOf = (view: LeadListView): LeadList => Object.assign(new LeadList(), view);
export const suppressionOf = (op: Operation, view: SuppressionView): Suppression =>
  Object.assign(new Suppression(), shownTo(op, view));

@InputType("LeadFilter")
export class LeadFilterInput {
  @Field(() => String, { nullable: true, description: "Part of the address, a name or the company." })
  text?: string | null;

  @Field(() => ID, { nullable: true })
  listId?: string | null;

  @Field(() => [MailabilityEnum], { nullable: true })
  mailability?: Mailability[] | null;

  @Field(() => [LeadStageEnum], { nullable: true })
  stage?: LeadStage[] | null;

  @Field(() => ID, { nullable: true })
  teamId?: string | null;
}

@InputType("LeadListFilter")
export class LeadListFilterInput {
  @Field(() => String, { nullable: true, description: "Part of the name." })
  text?: string | null;
}
