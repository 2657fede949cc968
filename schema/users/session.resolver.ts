import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { acceptInvitation, refreshSession, signIn, signOut, type SignedIn } from "#domain/users/index.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import {
  AcceptInvitationPayload,
  RefreshSessionPayload,
  SignInPayload,
  SignOutPayload,
} from "./session.type.js";

@Resolver()
export class SessionResolver {
  @Mutation(() => SignInPayload, {
    description: "Opens a session. The refresh token comes as an HttpOnly cookie.",
  })
  signIn(
    @Arg("email", () => String) email: string,
    @Arg("password", () => String) password: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("SignInSuccess", async () =>
      handOut(context, await signIn(context.op, context.throttle, { email, password }, { idempotencyKey })),
    );
  }

  @Mutation(() => AcceptInvitationPayload, {
    description: "Uses the link of an invitation up: sets the password and opens a session.",
  })
  acceptInvitation(
    @Arg("token", () => String) token: string,
    @Arg("password", () => String) password: string,
    @Ctx() context: SchemaContext,
    @Arg("name", () => String, { nullable: true }) name?: string | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("AcceptInvitationSuccess", async () =>
      handOut(context, await acceptInvitation(context.op, { token, password, name }, { idempotencyKey })),
    );
  }

  @Mutation(() => RefreshSessionPayload, {
    description: "A new access token for the refresh cookie, which is replaced.",
  })
  refreshSession(
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("RefreshSessionSuccess", async () =>
      handOut(context, await refreshSession(context.op, context.session.refreshToken, { idempotencyKey })),
    );
  }

  @Mutation(() => SignOutPayload, { description: "Ends the session; its sockets are closed." })
  signOut(
    @Ctx() { op, session }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("SignOutSuccess", async () => {
      const result = await signOut(op, session.refreshToken, { idempotencyKey });
      session.clearRefreshToken();
      return result;
    });
  }
}

async function handOut({ session }: SchemaContext, signedIn: SignedIn) {
  const { user, sessionId, tenantId, refreshToken, refreshExpiresAt } = signedIn;
  const token = await session.issue({ userId: user.id, sessionId, tenantId });
  session.setRefreshToken(refreshToken, sessionId, new Date(refreshExpiresAt));
  return { ...token, user };
}
