import { Arg, Ctx, Int, Query, Resolver, Root, Subscription } from "type-graphql";
import { invalid } from "#domain/errors.js";
import type { HealthSample } from "#domain/health/index.js";
import { Answers } from "../answers-for.js";
import type { SchemaContext } from "../context.js";
import { feedCursors } from "../feed/cursor.js";
import type { After } from "../feed/gap.type.js";
import { wholeAfter, type Whole } from "../feed/whole.js";
import { Health, HealthEvent } from "./health.type.js";

/** At most five samples a second, at least one a minute. */
const INTERVAL_MS = { least: 200, most: 60_000, usual: 1000 } as const;

@Resolver()
export class HealthResolver {
  @Query(() => Health)
  health(@Ctx() { health }: SchemaContext): Promise<HealthSample> {
    return health.current();
  }

  @Answers("equalRights")
  @Subscription(() => HealthEvent, {
    description:
      "A sample at once and then every intervalMs (200 to 60000). What lies between two streams is in healthHistory.",
    subscribe: ({
      args,
      context,
    }: {
      args: After & { intervalMs?: number | null };
      context: SchemaContext;
    }) => {
      const watch = watchHealth(context, args.intervalMs ?? INTERVAL_MS.usual);
      return wholeAfter(watch, cursorsOf(context), args.after, (sample) => cursorAt(context, sample));
    },
  })
  healthUpdated(
    @Root() { view, gap }: Whole<HealthSample>,
    @Ctx() context: SchemaContext,
    @Arg("intervalMs", () => Int, { nullable: true, defaultValue: INTERVAL_MS.usual }) _intervalMs?: number,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): HealthEvent {
    return { cursor: cursorAt(context, view), health: view, gap };
  }
}

const cursorsOf = ({ op }: SchemaContext) => feedCursors("healthUpdated", op.tenantId);
const cursorAt = (context: SchemaContext, { at }: HealthSample): string => cursorsOf(context).of(at);

function watchHealth(
  { health }: SchemaContext,
  intervalMs: number,
): () => AsyncIterableIterator<HealthSample> {
  if (intervalMs < INTERVAL_MS.least || intervalMs > INTERVAL_MS.most)
    throw invalid(
      ["intervalMs"],
      "range",
      `intervalMs must be from ${INTERVAL_MS.least} to ${INTERVAL_MS.most}.`,
      intervalMs,
    );
  return () => health.watch(intervalMs);
}
