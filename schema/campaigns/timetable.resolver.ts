import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from "type-graphql";
import { dryRunCampaign, previewOverdue, timetableOf } from "#domain/campaigns/index.js";
import { invalid } from "#domain/errors.js";
import { encodeCursor, invalidCursor, pageRequest } from "#domain/page.js";
import { found, idArgument, isId } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { Lead } from "../leads/lead.type.js";
import { leadLoader } from "../leads/leads.loaders.js";
import { shownTo } from "../masking.js";
import { DateTime } from "../scalars.js";
import {
  CampaignDryRun,
  CampaignOverdue,
  DryRunRow,
  TimetableConnection,
  TimetableRow,
} from "./timetable.type.js";

@Resolver()
export class TimetableResolver {
  @Query(() => CampaignDryRun, {
    description:
      "Who would get which wording of which step at which local time. Nothing is written, nobody is mailed.",
  })
  async campaignDryRun(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("startAt", () => DateTime, {
      nullable: true,
      description: "The launch that is tried; by default that which it is scheduled for, or now.",
    })
    startAt?: Date | null,
    @Arg("first", () => Int, { nullable: true }) first?: number | null,
    @Arg("after", () => String, { nullable: true }) after?: string | null,
  ) {
    const { limit, cursor } = pageRequest({ first, after });
    const place = placeOf(after, cursor, 3);
    const start = place ? inRange(timeOf(place[2]!, after)) : startAt && inRange(startAt);
    const page = {
      startAt: start ?? null,
      after: place && { leadId: place[0]!, position: Number(place[1]) },
      first: limit,
    };
    const run = found(await dryRunCampaign(op, op.scope, idArgument(id, "campaign"), page), "campaign");
    const edges = run.rows.map((node) => ({
      cursor: encodeCursor([node.leadId, String(node.position), run.startAt]),
      node,
    }));
    return { ...run, rows: { ...connected(edges, run.hasMore, place !== null), totalCount: run.rowCount } };
  }

  @Query(() => TimetableConnection, {
    description: "Of a launched campaign: what was planned, what happened, and why it differs.",
  })
  async campaignTimetable(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("first", () => Int, { nullable: true }) first?: number | null,
    @Arg("after", () => String, { nullable: true }) after?: string | null,
  ) {
    const { limit, cursor } = pageRequest({ first, after });
    const place = placeOf(after, cursor, 2);
    const page = { after: place && { leadId: place[0]!, position: Number(place[1]) }, first: limit };
    const { rows, hasMore } = found(
      await timetableOf(op, op.scope, idArgument(id, "campaign"), page),
      "campaign",
    );
    const edges = rows.map((row) => ({
      cursor: encodeCursor([row.leadId, String(row.position)]),
      // What a mail server said may have the address in it; the sender's own is no secret.
      node: { ...shownTo(op, row), fromEmail: row.fromEmail },
    }));
    return connected(edges, hasMore, place !== null);
  }

  @Query(() => CampaignOverdue, {
    description: "What became due while the campaign was paused, and what each choice would do.",
  })
  async campaignOverdue(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("catchUpPerHour", () => Int, { nullable: true }) perHour?: number | null,
  ) {
    if (perHour != null && (perHour < 1 || perHour > 10_000_000))
      throw invalid(
        ["catchUpPerHour"],
        "range",
        "A catch-up is from 1 to 10,000,000 mails an hour.",
        perHour,
      );
    return found(await previewOverdue(op, op.scope, idArgument(id, "campaign"), perHour ?? null), "campaign");
  }
}

const NOT_SEEN = "Null: a lead that the caller does not see.";

@Resolver(() => DryRunRow)
export class DryRunRowResolver {
  @FieldResolver(() => Lead, { nullable: true, description: NOT_SEEN })
  lead(@Root() { leadId }: DryRunRow, @Ctx() { loaders }: SchemaContext) {
    return loaders.get(leadLoader).load(leadId);
  }
}

@Resolver(() => TimetableRow)
export class TimetableRowResolver {
  @FieldResolver(() => Lead, { nullable: true, description: NOT_SEEN })
  lead(@Root() { leadId }: TimetableRow, @Ctx() { loaders }: SchemaContext) {
    return loaders.get(leadLoader).load(leadId);
  }
}

function connected<E extends { readonly cursor: string }>(
  edges: readonly E[],
  hasNextPage: boolean,
  hasPreviousPage: boolean,
) {
  const pageInfo = {
    hasNextPage,
    hasPreviousPage,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, pageInfo };
}

function placeOf(
  after: string | null | undefined,
  cursor: readonly string[] | null,
  parts: number,
): readonly string[] | null {
  if (cursor === null) return null;
  const [leadId = "", position = ""] = cursor;
  if (cursor.length !== parts || !isId(leadId) || !/^\d{1,3}$/.test(position))
    throw invalidCursor("after", after);
  return cursor;
}

function timeOf(text: string, after: unknown): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw invalidCursor("after", after);
  return time;
}

/** Within the years that the calendar of the zones is made for. */
function inRange(start: Date): Date {
  if (start.getUTCFullYear() < 2000 || start.getUTCFullYear() > 2100)
    throw invalid(
      ["startAt"],
      "range",
      "The launch that is tried is between the years 2000 and 2100.",
      start.toISOString(),
    );
  return start;
}
