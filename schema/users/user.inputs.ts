import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { Role } from "#domain/access/roles.js";
import { RoleEnum } from "../access/access.type.js";
import { Conflict, InvalidInput, InvalidTransition, LastAdmin, payloadUnion } from "../payload.js";
import { User } from "./user.type.js";

@InputType()
export class InviteUserInput {
  @Field(() => String)
  email!: string;

  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => RoleEnum)
  role!: Role;

  @Field(() => [ID], { nullable: true })
  teamIds?: string[] | null;
}

@InputType()
export class UpdateUserInput {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@InputType()
export class UpdateProfileInput {
  @Field(() => String)
  name!: string;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true })
abstract class UserSuccess {
  @Field(() => User)
  user!: User;
}
@ObjectType({ simpleResolvers: true })
export class InviteUserSuccess extends UserSuccess {}
@ObjectType({ simpleResolvers: true })
export class ResendInvitationSuccess extends UserSuccess {}
@ObjectType({ simpleResolvers: true })
export class UpdateUserSuccess extends UserSuccess {}
@ObjectType({ simpleResolvers: true })
export class UpdateProfileSuccess extends UserSuccess {}
@ObjectType({ simpleResolvers: true })
export class SuspendUserSuccess extends UserSuccess {}
@ObjectType({ simpleResolvers: true })
export class ReactivateUserSuccess extends UserSuccess {}
@ObjectType({ simpleResolvers: true })
export class AssignRoleSuccess extends UserSuccess {}

@ObjectType({ simpleResolvers: true })
export class EraseUserSuccess {
  @Field(() => ID, { description: "Of the person who is gone." })
  userId!: string;
}

export const InviteUserPayload = payloadUnion("InviteUserPayload", InviteUserSuccess, [
  InvalidInput,
  Conflict,
]);
export const ResendInvitationPayload = payloadUnion("ResendInvitationPayload", ResendInvitationSuccess, [
  InvalidInput,
  InvalidTransition,
  Conflict,
]);
export const UpdateUserPayload = payloadUnion("UpdateUserPayload", UpdateUserSuccess, [
  InvalidInput,
  Conflict,
]);
export const UpdateProfilePayload = payloadUnion("UpdateProfilePayload", UpdateProfileSuccess, [
  InvalidInput,
  Conflict,
]);
export const SuspendUserPayload = payloadUnion("SuspendUserPayload", SuspendUserSuccess, [
  InvalidInput,
  InvalidTransition,
  LastAdmin,
  Conflict,
]);
export const ReactivateUserPayload = payloadUnion("ReactivateUserPayload", ReactivateUserSuccess, [
  InvalidInput,
  InvalidTransition,
  Conflict,
]);
export const AssignRolePayload = payloadUnion("AssignRolePayload", AssignRoleSuccess, [
  InvalidInput,
  LastAdmin,
  Conflict,
]);
export const EraseUserPayload = payloadUnion("EraseUserPayload", EraseUserSuccess, [
  InvalidInput,
  LastAdmin,
  Conflict,
]);
