import { Field, ID, ObjectType } from "type-graphql";
import type { Role } from "#domain/access/roles.js";
import { RoleEnum } from "../access/access.type.js";
import { Conflict, InvalidCredentials, InvalidInput, payloadUnion } from "../payload.js";
import { DateTime } from "../scalars.js";

@ObjectType({ simpleResolvers: true })
export class SessionUser {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  email!: string;

  @Field(() => String)
  name!: string;

  @Field(() => RoleEnum)
  role!: Role;
}

@ObjectType({ simpleResolvers: true })
abstract class SessionPayload {
  @Field(() => String, { description: "Send it as `authorization: Bearer …`; good until expiresAt." })
  accessToken!: string;

  @Field(() => DateTime)
  expiresAt!: Date;

  @Field(() => SessionUser)
  user!: SessionUser;
}

@ObjectType({ simpleResolvers: true })
export class SignInSuccess extends SessionPayload {}

@ObjectType({ simpleResolvers: true })
export class AcceptInvitationSuccess extends SessionPayload {}

@ObjectType({ simpleResolvers: true })
export class RefreshSessionSuccess extends SessionPayload {}

@ObjectType({ simpleResolvers: true })
export class SignOutSuccess {
  @Field(() => Boolean)
  signedOut!: boolean;
}

export const SignInPayload = payloadUnion("SignInPayload", SignInSuccess, [
  InvalidCredentials,
  InvalidInput,
  Conflict,
]);
export const AcceptInvitationPayload = payloadUnion("AcceptInvitationPayload", AcceptInvitationSuccess, [
  InvalidCredentials,
  InvalidInput,
  Conflict,
]);
export const RefreshSessionPayload = payloadUnion("RefreshSessionPayload", RefreshSessionSuccess, [
  InvalidCredentials,
  InvalidInput,
  Conflict,
]);
export const SignOutPayload = payloadUnion("SignOutPayload", SignOutSuccess, [InvalidInput, Conflict]);
