import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { selfOf } from "#domain/access/actor.js";
import { deleteAuditView, findViews, saveAuditView } from "#domain/audit/search/views.js";
import { found, idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import {
  AuditView,
  DeleteAuditViewPayload,
  SaveAuditViewInput,
  SaveAuditViewPayload,
} from "./audit-views.type.js";

@Resolver()
export class AuditViewsResolver {
  @Query(() => [AuditView], { description: "Those of the product, then one's own by name; at most 50." })
  auditViews(@Ctx() { op }: SchemaContext): Promise<AuditView[]> {
    return findViews(op, op.tenantId, selfOf(op));
  }

  @Mutation(() => SaveAuditViewPayload, { description: "Keeps a search for oneself." })
  saveAuditView(
    @Arg("input", () => SaveAuditViewInput) input: SaveAuditViewInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("SaveAuditViewSuccess", async () => {
      const { viewId } = await op.run(saveAuditView, input, { idempotencyKey });
      const views = await findViews(op, op.tenantId, selfOf(op));
      return {
        auditView: found(
          views.find(({ id }) => id === viewId),
          "view",
        ),
      };
    });
  }

  @Mutation(() => DeleteAuditViewPayload)
  deleteAuditView(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("DeleteAuditViewSuccess", async () => {
      const { viewId } = await op.run(
        deleteAuditView,
        { viewId: idArgument(id, "view") },
        { idempotencyKey },
      );
      return { deletedId: viewId };
    });
  }
}
