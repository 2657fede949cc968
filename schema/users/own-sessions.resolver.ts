import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { can, selfOf } from "#domain/access/actor.js";
import type { Id } from "#domain/ids.js";
import {
  changePassword,
  requestPasswordReset,
  resetPassword,
  revokeSession,
  revokeSessions,
  sessionsOfUsers,
} from "#domain/users/index.js";
import { idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { defineLoader } from "../loaders.js";
import { settle } from "../payload.js";
import {
  ChangePasswordPayload,
  RequestPasswordResetPayload,
  ResetPasswordPayload,
  RevokeSessionPayload,
  RevokeSessionsPayload,
  Session,
  sessionOf,
} from "./own-sessions.type.js";
import { User } from "./user.type.js";

const sessionsLoader = defineLoader<Id, Session[]>(async (op, ids) => {
  const sessions = new Map<Id, Session[]>(ids.map((id) => [id, []]));
  const current = op.actor.kind === "USER" ? op.actor.sessionId : null;
  for (const view of await sessionsOfUsers(op, op.tenantId, ids))
    sessions.get(view.userId)?.push(sessionOf(view, current));
  return sessions;
});

type Key = string | null | undefined;

@Resolver(() => User)
export class OwnSessionsResolver {
  @Query(() => [Session], { description: "Where the caller is signed in, the last used first." })
  async sessions(@Ctx() { op, loaders }: SchemaContext): Promise<Session[]> {
    const self = selfOf(op);
    return self === null ? [] : ((await loaders.get(sessionsLoader).load(self)) ?? []);
  }

  @FieldResolver(() => [Session], {
    name: "sessions",
    nullable: true,
    description: "One's own, or with USER_MANAGE anybody's; otherwise null.",
  })
  sessionsOfUser(@Root() user: User, @Ctx() { op, loaders }: SchemaContext) {
    if (user.id !== selfOf(op) && !can(op.actor, "user:manage")) return null;
    return loaders.get(sessionsLoader).load(user.id);
  }

  @Mutation(() => RevokeSessionPayload, { description: "Ends a session; its sockets close within a second." })
  revokeSession(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    const input = { sessionId: idArgument(id, "session") };
    return settle("RevokeSessionSuccess", () => op.run(revokeSession, input, { idempotencyKey }));
  }

  @Mutation(() => RevokeSessionsPayload, {
    description: "Ends all sessions of a person, by default one's own.",
  })
  revokeSessions(
    @Ctx() { op }: SchemaContext,
    @Arg("userId", () => ID, { nullable: true }) userId?: string | null,
    @Arg("keepCurrent", () => Boolean, { nullable: true, defaultValue: true }) keepCurrent?: boolean | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    const input = { userId: userId == null ? null : idArgument(userId, "user"), keepCurrent };
    return settle("RevokeSessionsSuccess", () => op.run(revokeSessions, input, { idempotencyKey }));
  }

  @Mutation(() => ChangePasswordPayload, { description: "One's own; all other sessions end." })
  changePassword(
    @Arg("currentPassword", () => String) currentPassword: string,
    @Arg("newPassword", () => String) newPassword: string,
    @Ctx() { op, throttle }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    const input = { currentPassword, newPassword };
    return settle("ChangePasswordSuccess", () => changePassword(op, throttle, input, { idempotencyKey }));
  }

  @Mutation(() => RequestPasswordResetPayload, {
    description: "Mails a link to the address when it has an account; the answer is always the same.",
  })
  requestPasswordReset(
    @Arg("email", () => String) email: string,
    @Ctx() { op, throttle, later }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    return settle("RequestPasswordResetSuccess", () =>
      requestPasswordReset(op, throttle, { email }, later, { idempotencyKey }),
    );
  }

  @Mutation(() => ResetPasswordPayload, { description: "Uses the link of a reset up; all sessions end." })
  resetPassword(
    @Arg("token", () => String) token: string,
    @Arg("password", () => String) password: string,
    @Ctx() { op, throttle }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: Key,
  ) {
    return settle("ResetPasswordSuccess", () =>
      resetPassword(op, throttle, { token, password }, { idempotencyKey }),
    );
  }
}
