import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import { can } from "#domain/access/actor.js";
import type { Permission } from "#domain/access/permissions.js";
import {
  campaignConcerns,
  importConcerns,
  leadTotals,
  messagesPerDay,
  outreachTotals,
} from "#domain/analytics/index.js";
import { listCampaigns } from "#domain/campaigns/index.js";
import { invalid } from "#domain/errors.js";
import type { HealthSample } from "#domain/health/index.js";
import type { Operation } from "#domain/operation.js";
import { pageRequest } from "#domain/page.js";
import { readPromises } from "#domain/promises/index.js";
import { campaignOf } from "../campaigns/campaign.type.js";
import type { SchemaContext } from "../context.js";
import { attentionOfConcern, attentionOfHealth, attentionOfPromises } from "./attention.js";
import { Overview, type OutreachOverview } from "./overview.type.js";

const MOST_DAYS = 366;

@Resolver()
export class OverviewResolver {
  @Query(() => Overview, { description: "The last days at a glance; each part under its own permission." })
  async overview(
    @Ctx() { op, health }: SchemaContext,
    @Arg("days", () => Int, { nullable: true, defaultValue: 30 }) days: number | null,
  ): Promise<Overview> {
    const range = days ?? 30;
    if (range < 1 || range > MOST_DAYS)
      throw invalid(["days"], "range", `days must be from 1 to ${MOST_DAYS}.`, range);
    const may = <T>(permission: Permission, read: () => Promise<T>): Promise<T | null> =>
      can(op.actor, permission) ? read() : Promise.resolve(null);
    const [outreach, leads, sample, promises, campaigns, imports] = await Promise.all([
      may("campaign:read", () => outreachOf(op, range)),
      may("lead:read", () => leadTotals(op, op.scope, range)),
      may("system:health", (): Promise<HealthSample> => health.current()),
      may("system:health", () => readPromises(op, op.tenantId)),
      may("campaign:read", () => campaignConcerns(op, op.scope, range)),
      may("lead:import", () => importConcerns(op, op.scope)),
    ]);
    const attention = [
      ...attentionOfPromises(promises ?? []),
      ...(sample ? attentionOfHealth(sample) : []),
      ...[...(campaigns ?? []), ...(imports ?? [])].map(attentionOfConcern),
    ];
    return { outreach, leads, health: sample, attention };
  }
}

async function outreachOf(op: Operation, days: number): Promise<OutreachOverview> {
  const newest = { field: "CREATED_AT", direction: "DESC" } as const;
  const [totals, perDay, running] = await Promise.all([
    outreachTotals(op, op.scope, days),
    messagesPerDay(op, op.scope, days),
    listCampaigns(
      op,
      op.scope,
      { status: ["RUNNING", "PAUSED", "HALTED"] },
      newest,
      pageRequest({ first: 10 }),
    ),
  ]);
  return { days, ...totals, perDay, running: running.rows.map(campaignOf) };
}
