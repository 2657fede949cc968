import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { refreshSession, signIn, signOut, type SignedIn } from "#domain/users/index.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import { RefreshSessionPayload, SignInPayload, SignOutPayload } from "./session.type.js";

@Resolver()
export class SessionResolver {
  @Mutation(() => SignInPayload, {
    description: "Opens a session. The refresh token comes as an HttpOnly cookie.",
  })
  signIn(
    @Arg("email", () => String) email: string,
    @Arg("password", () => String) password: string,
    @Ctx() context: SchemaContext,
  ) {
    return settle("SignInSuccess", async () =>
      handOut(context, await signIn(context.op, { email, password })),
    );
  }

  @Mutation(() => RefreshSessionPayload, {
    description: "A new access token for the refresh cookie, which is replaced.",
  })
  refreshSession(@Ctx() context: SchemaContext) {
    return settle("RefreshSessionSuccess", async () =>
      handOut(context, await refreshSession(context.op, context.session.refreshToken)),
    );
  }

  @Mutation(() => SignOutPayload, { description: "Ends the session; its sockets are closed." })
  signOut(@Ctx() { op, session }: SchemaContext) {
    return settle("SignOutSuccess", async () => {
      const result = await op.run(signOut, { refreshToken: session.refreshToken });
      session.clearRefreshToken();
      return result;
    });
  }
}

async function handOut({ session }: SchemaContext, signedIn: SignedIn) {
  const { user, sessionId, tenantId, refreshToken, refreshExpiresAt } = signedIn;
  const token = await session.issue({ userId: user.id, sessionId, tenantId });
  session.setRefreshToken(refreshToken, new Date(refreshExpiresAt));
  return { ...token, user };
}
