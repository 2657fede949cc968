import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { invalid } from "#domain/errors.js";
import type { SchemaContext } from "../context.js";
import { DateTime } from "../scalars.js";
import { AuditVerification } from "./verification.type.js";

const MOMENT = { nullable: true } as const;

@Resolver()
export class AuditVerificationResolver {
  @Query(() => AuditVerification, {
    description:
      "Checks the organisation's record, or of it what was sealed between two moments. One check runs at a time: meanwhile UNAVAILABLE.",
  })
  auditVerify(
    @Ctx() { op, proofDesk }: SchemaContext,
    @Arg("from", () => DateTime, MOMENT) from?: Date | null,
    @Arg("to", () => DateTime, MOMENT) to?: Date | null,
  ): Promise<AuditVerification> {
    if (from && to && from > to)
      throw invalid(["to"], "order", "to must not be before from.", to.toISOString());
    const span = { from: from?.toISOString() ?? null, to: to?.toISOString() ?? null };
    return proofDesk.verify(op, op.tenantId, span);
  }
}
