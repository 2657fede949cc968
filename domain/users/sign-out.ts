import * as v from "valibot";
import { command } from "../command.js";
import type { Id } from "../ids.js";
import { statement } from "../operation.js";
import { hashOfToken } from "./refresh-token.js";

const END_SESSION = statement<{ id: Id; userId: Id; tenantId: Id }>(
  "end_session",
  `update session set revoked_at = now(), revoke_reason = 'SIGNED_OUT'
   where revoked_at is null and (id = $1 or id = (select session_id from refresh_token where token_hash = $2))
   returning id, user_id as "userId", tenant_id as "tenantId"`,
);

/**
 * Ends the session of the access token or, when that has run out, of the refresh cookie. Signing out twice is fine.
 * Writes session; emits auth.logout; the hint on the session's channel closes its open sockets.
 */
export const signOut = command({
  name: "signOut",
  permission: "public",
  input: v.object({ refreshToken: v.nullable(v.string()) }),
  async run(op, { refreshToken }): Promise<{ signedOut: boolean }> {
    const own = op.actor.kind === "USER" ? op.actor.sessionId : null;
    const ended = await op.query(END_SESSION, [
      own,
      refreshToken === null ? null : hashOfToken(refreshToken),
    ]);
    for (const session of ended)
      await op.emit("auth.logout", {
        targets: [
          { type: "session", id: session.id },
          { type: "user", id: session.userId },
        ],
        tenantId: session.tenantId,
      });
    return { signedOut: true };
  },
});
