import * as v from "valibot";
import { command } from "../command.js";
import type { Id } from "../ids.js";
import { statement, type Operation, type RunOptions } from "../operation.js";
import { userTarget } from "./person.js";
import { hashOfToken } from "./refresh-token.js";

const OWN = "(id = $1 or id = (select session_id from refresh_token where token_hash = $2))";
const OPEN = statement<object>(
  "sessions_to_sign_out",
  `select from session where revoked_at is null and ${OWN} limit 1`,
);
const END_SESSION = statement<{ id: Id; userId: Id; tenantId: Id; email: string }>(
  "end_session",
  `update session set revoked_at = now(), revoke_reason = 'SIGNED_OUT'
   where revoked_at is null and ${OWN}
   returning id, user_id as "userId", tenant_id as "tenantId", (select u.email from app_user u where u.id = user_id) as email`,
);

/** Writes session; emits auth.logout; the hint on the session's channel closes its open sockets. */
const endOwnSession = command({
  name: "signOut",
  permission: "public",
  input: v.object({ refreshToken: v.nullable(v.string()) }),
  async run(op, { refreshToken }): Promise<{ signedOut: boolean }> {
    const ended = await op.query(END_SESSION, whose(op, refreshToken));
    for (const session of ended)
      await op.emit("auth.logout", {
        targets: [
          { type: "session", id: session.id },
          userTarget({ id: session.userId, email: session.email }),
        ],
        tenantId: session.tenantId,
      });
    return { signedOut: true };
  },
});

/**
 * Ends the session of the access token and, also when that has run out, of the refresh cookie. Signing out twice is
 * fine. A key is the session's: with the same key each of a person's sessions ends. Where none is open nothing is
 * written, not even the key, which anybody could bring.
 */
export async function signOut(
  op: Operation,
  refreshToken: string | null,
  options: RunOptions = {},
): Promise<{ signedOut: boolean }> {
  if ((await op.query(OPEN, whose(op, refreshToken))).length === 0) return { signedOut: true };
  const owner = JSON.stringify([ownSession(op), refreshToken]);
  return op.run(endOwnSession, { refreshToken }, { ...options, owner });
}

const ownSession = ({ actor }: Pick<Operation, "actor">): Id | null =>
  actor.kind === "USER" ? actor.sessionId : null;

const whose = (op: Pick<Operation, "actor">, refreshToken: string | null) => [
  ownSession(op),
  refreshToken === null ? null : hashOfToken(refreshToken),
];
