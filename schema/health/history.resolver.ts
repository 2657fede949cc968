import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import { POINTS, readHealthHistory } from "#domain/health/index.js";
import type { SchemaContext } from "../context.js";
import { DateTime } from "../scalars.js";
import { HealthHistory } from "./history.type.js";

@Resolver()
export class HealthHistoryResolver {
  @Query(() => HealthHistory, {
    description:
      "How a machine was, in at most `points` (10 to 1000) steps: of the last day every five seconds, up to 30 days back every five minutes.",
  })
  healthHistory(
    @Ctx() { op, health }: SchemaContext,
    @Arg("from", () => DateTime) from: Date,
    @Arg("to", () => DateTime) to: Date,
    @Arg("points", () => Int, { nullable: true, defaultValue: POINTS.usual }) points?: number | null,
    @Arg("host", () => String, { nullable: true }) host?: string | null,
  ): Promise<HealthHistory> {
    const wish = { from, to, points: points ?? POINTS.usual, host: host ?? null, ownHost: health.host };
    return readHealthHistory(op, wish);
  }
}
