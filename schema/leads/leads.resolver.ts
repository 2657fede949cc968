import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { keysetCursor } from "#domain/keyset.js";
import {
  countLeadLists,
  countLeads,
  countSuppressions,
  createLead,
  findSuppression,
  listLeadLists,
  listLeads,
  listSuppressions,
  suppress,
  type SuppressionReason,
} from "#domain/leads/index.js";
import { invalid } from "#domain/errors.js";
import { pageRequest } from "#domain/page.js";
import { found, idArgument } from "../arguments.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { masks } from "../masking.js";
import { settle } from "../payload.js";
import { CreateLeadInput, CreateLeadPayload, LeadOrderInput, SuppressPayload } from "./lead.inputs.js";
import {
  Lead,
  LeadConnection,
  LeadFilterInput,
  leadListOf,
  LeadList,
  LeadListConnection,
  LeadListFilterInput,
  leadOf,
  SuppressionConnection,
  suppressionOf,
  SuppressionReasonEnum,
} from "./lead.type.js";
import { leadListLoader, leadLoader, listCountsLoader, listsOfLeadLoader } from "./leads.loaders.js";

@Resolver(() => Lead)
export class LeadsResolver {
  @Query(() => Lead, { nullable: true })
  async lead(@Arg("id", () => ID) id: string, @Ctx() { loaders }: SchemaContext) {
    return found(await loaders.get(leadLoader).load(idArgument(id, "lead")), "lead");
  }

  @Query(() => LeadConnection)
  async leads(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => LeadFilterInput, { nullable: true }) filter?: LeadFilterInput | null,
    @Arg("orderBy", () => LeadOrderInput, { nullable: true }) orderBy?: LeadOrderInput | null,
  ) {
    const wanted = {
      ...filter,
      listId: filter?.listId ? idArgument(filter.listId, "list") : null,
      teamId: filter?.teamId ? idArgument(filter.teamId, "team") : null,
      hidesAddress: masks(op),
    };
    const order = orderBy ?? { field: "CREATED_AT", direction: "DESC" };
    // The order of what is hidden would tell it.
    if (order.field === "EMAIL" && masks(op))
      throw invalid(
        ["orderBy", "field"],
        "masked",
        "Addresses are masked for you; order by CREATED_AT.",
        "EMAIL",
      );
    const rows = await listLeads(op, op.scope, wanted, order, pageRequest(page));
    return connectionOf(
      rows,
      (row) => keysetCursor(row.sortKey, row.id),
      (row) => leadOf(op, row),
      () => countLeads(op, op.scope, wanted),
    );
  }

  @FieldResolver(() => [LeadList])
  lists(@Root() lead: Lead, @Ctx() { loaders }: SchemaContext) {
    return loaders.get(listsOfLeadLoader).load(lead.id);
  }

  @Query(() => SuppressionConnection, { description: "Addresses that are not mailed, the newest first." })
  async suppressions(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() { op }: SchemaContext) {
    const rows = await listSuppressions(op, op.scope, pageRequest(page));
    return connectionOf(
      rows,
      (row) => keysetCursor(row.sortKey, row.id),
      (row) => suppressionOf(op, row),
      () => countSuppressions(op, op.scope),
    );
  }

  @Mutation(() => CreateLeadPayload)
  createLead(
    @Arg("input", () => CreateLeadInput) input: CreateLeadInput,
    @Ctx() { op, loaders }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("CreateLeadSuccess", async () => {
      const { leadId } = await op.run(createLead, input, { idempotencyKey });
      return { lead: await loaders.get(leadLoader).load(leadId) };
    });
  }

  @Mutation(() => SuppressPayload, {
    description: "Stops all mail to an address, whether it is a lead or not.",
  })
  suppress(
    @Arg("email", () => String) email: string,
    @Arg("reason", () => SuppressionReasonEnum) reason: SuppressionReason,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("SuppressSuccess", async () => {
      const { suppressionId: id, asked } = await op.run(suppress, { email, reason }, { idempotencyKey });
      // It holds for the whole organisation. Why and since when another team's lead is suppressed is theirs to know.
      const made = (await findSuppression(op, op.scope, id)) ?? { id, email: email.trim(), ...asked };
      return { suppression: suppressionOf(op, made) };
    });
  }
}

@Resolver(() => LeadList)
export class LeadListsResolver {
  @Query(() => LeadList, { nullable: true })
  async leadList(@Arg("id", () => ID) id: string, @Ctx() { loaders }: SchemaContext) {
    return found(await loaders.get(leadListLoader).load(idArgument(id, "list")), "list");
  }

  @Query(() => LeadListConnection)
  async leadLists(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => LeadListFilterInput, { nullable: true }) filter?: LeadListFilterInput | null,
  ) {
    const rows = await listLeadLists(op, op.scope, filter?.text, pageRequest(page));
    const count = () => countLeadLists(op, op.scope, filter?.text);
    return connectionOf(rows, (row) => keysetCursor(row.sortKey, row.id), leadListOf, count);
  }

  @FieldResolver(() => Int)
  async leadCount(@Root() list: LeadList, @Ctx() { loaders }: SchemaContext) {
    return (await loaders.get(listCountsLoader).load(list.id))?.leadCount ?? 0;
  }

  @FieldResolver(() => Int, { description: "Those of them that may be mailed." })
  async mailableCount(@Root() list: LeadList, @Ctx() { loaders }: SchemaContext) {
    return (await loaders.get(listCountsLoader).load(list.id))?.mailableCount ?? 0;
  }
}
