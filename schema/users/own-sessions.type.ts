import { parse } from "bowser";
import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Id } from "#domain/ids.js";
import type { SessionView } from "#domain/users/index.js";
import { Conflict, InvalidCredentials, InvalidInput, payloadUnion } from "../payload.js";
import { DateTime } from "../scalars.js";

@ObjectType({ simpleResolvers: true, description: "Somebody is signed in on a device." })
export class Session {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: "In words, e.g. “Firefox on Linux”." })
  device!: string;

  @Field(() => String, { nullable: true })
  browser!: string | null;

  @Field(() => String, { nullable: true })
  system!: string | null;

  @Field(() => String, { nullable: true })
  ip!: string | null;

  @Field(() => DateTime)
  createdAt!: string;

  @Field(() => DateTime)
  lastSeenAt!: string;

  @Field(() => DateTime)
  expiresAt!: string;

  @Field(() => Boolean, { description: "The one that asks." })
  isCurrent!: boolean;
}

export function sessionOf({ userAgent, ...view }: SessionView, current: Id | null): Session {
  return { ...view, ...deviceOf(userAgent), isCurrent: view.id === current };
}

/** What a program says that it is; nothing here is proved. */
function deviceOf(userAgent: string | null): Pick<Session, "device" | "browser" | "system"> {
  if (!userAgent) return { device: "Unknown device", browser: null, system: null };
  const parsed = parse(userAgent);
  const browser = parsed.browser.name || null;
  const system = parsed.os.name || null;
  const program = userAgent.split(/[\s/]/, 1)[0]!.slice(0, 40);
  return { device: [browser ?? program, system].filter(Boolean).join(" on "), browser, system };
}

@ObjectType({ simpleResolvers: true })
export class RevokeSessionSuccess {
  @Field(() => Int)
  revoked!: number;
}

@ObjectType({ simpleResolvers: true })
export class RevokeSessionsSuccess {
  @Field(() => Int, { description: "How many were ended." })
  revoked!: number;
}

@ObjectType({ simpleResolvers: true })
export class ChangePasswordSuccess {
  @Field(() => Boolean)
  changed!: boolean;
}

@ObjectType({ simpleResolvers: true })
export class RequestPasswordResetSuccess {
  @Field(() => Boolean, { description: "Always true: whether there is such an account is not told." })
  requested!: boolean;
}

@ObjectType({ simpleResolvers: true })
export class ResetPasswordSuccess {
  @Field(() => Boolean)
  reset!: boolean;
}

const refusals = [InvalidInput, Conflict];
export const RevokeSessionPayload = payloadUnion("RevokeSessionPayload", RevokeSessionSuccess, refusals);
export const RevokeSessionsPayload = payloadUnion("RevokeSessionsPayload", RevokeSessionsSuccess, refusals);
export const ChangePasswordPayload = payloadUnion("ChangePasswordPayload", ChangePasswordSuccess, [
  InvalidCredentials,
  ...refusals,
]);
export const RequestPasswordResetPayload = payloadUnion(
  "RequestPasswordResetPayload",
  RequestPasswordResetSuccess,
  refusals,
);
export const ResetPasswordPayload = payloadUnion("ResetPasswordPayload", ResetPasswordSuccess, [
  InvalidCredentials,
  ...refusals,
]);
