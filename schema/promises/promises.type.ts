import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Id } from "#domain/ids.js";
import {
  OFFENDING_KINDS,
  PROMISE_STATUSES,
  type OffendingKind,
  type OffendingRow as Row,
  type PromiseStatus,
  type PromiseView,
} from "#domain/promises/index.js";
import { enumOf } from "../enums.js";
import { FeedGap, MISSING_BEFORE } from "../feed/gap.type.js";
import { DateTime } from "../scalars.js";

export const PromiseStatusEnum = enumOf(
  "PromiseStatus",
  PROMISE_STATUSES,
  "UNKNOWN: it could not be looked at, or not lately; `doubt` says why. It is never KEPT then.",
);
export const OffendingKindEnum = enumOf("OffendingKind", OFFENDING_KINDS);

@ObjectType({ simpleResolvers: true, description: "A row by which a promise is broken." })
export class OffendingRow {
  @Field(() => OffendingKindEnum)
  kind!: OffendingKind;

  @Field(() => ID, { nullable: true, description: "For `node`; null where the row is no node." })
  nodeId!: Id | null;

  @Field(() => ID, { nullable: true })
  campaignId!: Id | null;

  @Field(() => String, { description: "What it is called, without anything personal." })
  label!: string;

  @Field(() => String, { description: "What is wrong with it." })
  detail!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: "What the product promises, as a query that is run every minute.",
})
export class ProductPromise {
  @Field(() => ID, { description: "E.g. NEVER_TWICE." })
  id!: string;

  @Field(() => String)
  title!: string;

  @Field(() => String, { description: "What is promised." })
  sentence!: string;

  @Field(() => PromiseStatusEnum)
  status!: PromiseStatus;

  @Field(() => String, {
    nullable: true,
    description:
      "Why it cannot be said how it stands; of a broken one, why it is not known whether it still is.",
  })
  doubt!: string | null;

  @Field(() => DateTime, { nullable: true, description: "The newest look; null: there was none yet." })
  checkedAt!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      "The newest look at everything; those in between are at what is new and at what offended before.",
  })
  checkedWholeAt!: string | null;

  @Field(() => Int, { nullable: true, description: "How long the newest look took." })
  durationMs!: number | null;

  @Field(() => DateTime, { nullable: true })
  brokenSince!: string | null;

  @Field(() => Int, { description: "How many rows of the organisation offend." })
  offendingCount!: number;

  @Field(() => [OffendingRow], { description: "At most 20 of them." })
  offending!: readonly OffendingRow[];
}

@ObjectType({ simpleResolvers: true })
export class PromisesEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => [ProductPromise])
  promises!: readonly ProductPromise[];

  @Field(() => FeedGap, MISSING_BEFORE)
  gap!: FeedGap | null;
}

const rowOf = ({ kind, id, campaignId, label, detail }: Row): OffendingRow => {
  const isNode = kind === "MESSAGE" || kind === "CAMPAIGN";
  return { kind, nodeId: isNode ? id : null, campaignId, label, detail };
};

export const promiseOf = ({ count, offending, ...view }: PromiseView): ProductPromise => ({
  ...view,
  offendingCount: count,
  offending: offending.map(rowOf),
});
