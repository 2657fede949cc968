import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from "type-graphql";
import {
  countAlertEvents,
  createAlertRule,
  deleteAlertRule,
  findAlertRules,
  listAlertEvents,
  muteAlertRule,
  updateAlertRule,
} from "#domain/health/index.js";
import type { Id } from "#domain/ids.js";
import { keysetCursor } from "#domain/keyset.js";
import type { Operation } from "#domain/operation.js";
import { pageRequest } from "#domain/page.js";
import { found, idArgument } from "../arguments.js";
import { connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import { DateTime } from "../scalars.js";
import {
  AlertEventConnection,
  AlertRule,
  CreateAlertRuleInput,
  CreateAlertRulePayload,
  DeleteAlertRulePayload,
  MuteAlertRulePayload,
  UpdateAlertRuleInput,
  UpdateAlertRulePayload,
} from "./alerts.type.js";

@Resolver()
export class AlertsResolver {
  @Query(() => [AlertRule], { description: "The organisation's rules by name; at most 50." })
  alertRules(@Ctx() { op }: SchemaContext): Promise<AlertRule[]> {
    return findAlertRules(op, op.tenantId);
  }

  @Query(() => AlertEventConnection, { description: "The newest first; kept for a year." })
  async alertEvents(
    @Ctx() { op }: SchemaContext,
    @Arg("first", () => Int, { nullable: true }) first?: number | null,
    @Arg("after", () => String, { nullable: true }) after?: string | null,
  ) {
    return connectionOf(
      await listAlertEvents(op, op.tenantId, pageRequest({ first, after })),
      (event) => keysetCursor(event.firedAt, event.id),
      (event) => event,
      () => countAlertEvents(op, op.tenantId),
    );
  }

  @Mutation(() => CreateAlertRulePayload)
  createAlertRule(
    @Arg("input", () => CreateAlertRuleInput) input: CreateAlertRuleInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("CreateAlertRuleSuccess", async () => {
      const { ruleId } = await op.run(createAlertRule, input, { idempotencyKey });
      return { alertRule: await ruleOf(op, ruleId) };
    });
  }

  @Mutation(() => UpdateAlertRulePayload)
  updateAlertRule(
    @Arg("input", () => UpdateAlertRuleInput) { id, ...input }: UpdateAlertRuleInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("UpdateAlertRuleSuccess", async () => {
      const wanted = { ruleId: idArgument(id, "alert rule"), ...input };
      const { ruleId } = await op.run(updateAlertRule, wanted, { idempotencyKey });
      return { alertRule: await ruleOf(op, ruleId) };
    });
  }

  @Mutation(() => DeleteAlertRulePayload, { description: "What it has told stays on record." })
  deleteAlertRule(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("DeleteAlertRuleSuccess", async () => {
      const wanted = { ruleId: idArgument(id, "alert rule") };
      const { ruleId } = await op.run(deleteAlertRule, wanted, { idempotencyKey });
      return { id: ruleId };
    });
  }

  @Mutation(() => MuteAlertRulePayload, {
    description: "Until then alerts are recorded and nobody is told; null: tell again.",
  })
  muteAlertRule(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("until", () => DateTime, { nullable: true }) until?: Date | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("MuteAlertRuleSuccess", async () => {
      const wanted = { ruleId: idArgument(id, "alert rule"), until };
      const { ruleId } = await op.run(muteAlertRule, wanted, { idempotencyKey });
      return { alertRule: await ruleOf(op, ruleId) };
    });
  }
}

async function ruleOf(op: Operation, id: Id): Promise<AlertRule> {
  return found((await findAlertRules(op, op.tenantId, id))[0], "alert rule");
}
