import { Field, ObjectType } from "type-graphql";
import { enumOf } from "../enums.js";

/** Why what came after a cursor is not told. */
export const GAP_REASONS = ["NOT_KEPT", "PURGED", "AHEAD", "TOO_FAR_BEHIND"] as const;
export type GapReason = (typeof GAP_REASONS)[number];

export const GapReasonEnum = enumOf("GapReason", GAP_REASONS);

@ObjectType({
  simpleResolvers: true,
  description: "Something is missing before this event. The event itself is the present state.",
})
export class FeedGap {
  @Field(() => GapReasonEnum, {
    description:
      "NOT_KEPT: what lies between is not kept. PURGED: it was deleted by retention. AHEAD: the cursor is ahead of what there is, because the database was restored from a copy. TOO_FAR_BEHIND: too much has happened since.",
  })
  reason!: GapReason;
}

/** For the `gap` of an event that is the present state. */
export const MISSING_BEFORE = {
  nullable: true,
  description:
    "What happened since the cursor that the stream was opened with is not told: the event is the present state.",
} as const;

/** On a subscription that can be opened with a cursor. */
export interface After {
  readonly after?: string | null;
}
