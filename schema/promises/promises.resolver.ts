import { Arg, Ctx, Query, Resolver, Root, Subscription } from "type-graphql";
import { PROMISES_CHANNEL } from "#domain/channels.js";
import { readPromises, type PromiseView } from "#domain/promises/index.js";
import type { ShelfRules } from "../access/rules.js";
import { Answers } from "../answers-for.js";
import type { SchemaContext } from "../context.js";
import { feedCursors } from "../feed/cursor.js";
import type { After } from "../feed/gap.type.js";
import { wholeAfter, type Whole } from "../feed/whole.js";
import { followed } from "../live.js";
import { ProductPromise, promiseOf, PromisesEvent } from "./promises.type.js";

export const promisesRules: ShelfRules = {
  Query: { promises: "system:health" },
  Subscription: { promisesUpdated: "system:health" },
};

@Resolver()
export class PromisesResolver {
  @Query(() => [ProductPromise], {
    description:
      "What the product promises, whether it is kept, and the organisation's rows that say otherwise.",
  })
  async promises(@Ctx() { op }: SchemaContext): Promise<ProductPromise[]> {
    return (await readPromises(op, op.tenantId)).map(promiseOf);
  }

  @Answers("equalRights")
  @Subscription(() => PromisesEvent, {
    description: "All promises at once, then after each round, and when one is not looked at any more.",
    subscribe: ({ args, context }: { args: After; context: SchemaContext }) =>
      wholeAfter(
        () => watchPromises(context),
        cursorsOf(context),
        args.after,
        (views) => cursorAt(context, views),
      ),
  })
  promisesUpdated(
    @Root() { view, gap }: Whole<readonly PromiseView[]>,
    @Ctx() context: SchemaContext,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): PromisesEvent {
    return { cursor: cursorAt(context, view), promises: view.map(promiseOf), gap };
  }
}

const cursorsOf = ({ op }: SchemaContext) => feedCursors("promisesUpdated", op.tenantId);

/** A view's place is that of its newest look: the same one again has nothing new. */
function cursorAt(context: SchemaContext, views: readonly PromiseView[]): string {
  const looks = views.map(({ checkedAt }) => checkedAt ?? "").toSorted();
  return cursorsOf(context).of(looks.at(-1) || "none");
}

/** Views that differ from the one before; hints and the looks besides them bring equal ones too. */
async function* watchPromises(context: SchemaContext): AsyncGenerator<readonly PromiseView[]> {
  const { op } = context;
  let told = "";
  for await (const views of followed(context, PROMISES_CHANNEL, () => readPromises(op, op.tenantId))) {
    const text = JSON.stringify(views);
    if (text === told) continue;
    told = text;
    yield views;
  }
}
