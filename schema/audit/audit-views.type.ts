import { Field, ID, InputType, ObjectType } from "type-graphql";
import { Conflict, InvalidInput, payloadUnion } from "../payload.js";
import { DateTime } from "../scalars.js";

@ObjectType({ simpleResolvers: true, description: "A search of the audit record by name." })
export class AuditView {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: "As AuditLogFilter.query takes it." })
  query!: string;

  @Field(() => Boolean, { description: "False: it comes with the product." })
  isOwn!: boolean;

  @Field(() => DateTime, { nullable: true })
  createdAt!: string | null;
}

@InputType()
export class SaveAuditViewInput {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  query!: string;
}

@ObjectType({ simpleResolvers: true })
export class SaveAuditViewSuccess {
  @Field(() => AuditView)
  auditView!: AuditView;
}

@ObjectType({ simpleResolvers: true })
export class DeleteAuditViewSuccess {
  @Field(() => ID)
  deletedId!: string;
}

const failures = [InvalidInput, Conflict];
export const SaveAuditViewPayload = payloadUnion("SaveAuditViewPayload", SaveAuditViewSuccess, failures);
export const DeleteAuditViewPayload = payloadUnion(
  "DeleteAuditViewPayload",
  DeleteAuditViewSuccess,
  failures,
);
