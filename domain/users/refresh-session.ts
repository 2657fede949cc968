import * as v from "valibot";
import { command } from "../command.js";
import { sendTransactional } from "../emails/index.js";
import { InvalidCredentialsError } from "../errors.js";
import type { Id } from "../ids.js";
import { statement, type Operation, type RunOptions } from "../operation.js";
import { hashOfToken, successorOf } from "./refresh-token.js";
import { userTarget } from "./person.js";
import { addToken, type SignedIn } from "./start-session.js";
import { touchSession } from "./sessions.queries.js";
import { findHolder } from "./users.queries.js";

/** A used token is still answered this long, always with the same successor: two tabs, or an answer that was lost. */
const OVERLAP_SECONDS = 10;

interface TokenRow {
  readonly id: Id;
  readonly tenantId: Id;
  readonly sessionId: Id;
  readonly userId: Id;
  readonly email: string;
  readonly isAlive: boolean;
  readonly isUsed: boolean;
  readonly isInOverlap: boolean;
  readonly expiresAt: string;
}

// The session's row is locked: of 50 parallel calls with one token the first makes the child, the others find it.
const LOCK_TOKEN = statement<TokenRow>(
  "lock_refresh_token",
  `select r.id, r.tenant_id as "tenantId", s.id as "sessionId", u.id as "userId", u.email,
     (s.revoked_at is null and s.expires_at > now() and r.expires_at > now() and u.status = 'ACTIVE') as "isAlive",
     r.used_at is not null as "isUsed",
     coalesce(r.used_at > clock_timestamp() - make_interval(secs => ${OVERLAP_SECONDS}), false) as "isInOverlap",
     s.expires_at as "expiresAt"
   from refresh_token r join session s on s.id = r.session_id
     join app_user u on u.id = s.user_id
   where r.token_hash = $1 for update of s, r`,
);
const USE_TOKEN = statement<object>(
  "use_refresh_token",
  "update refresh_token set used_at = clock_timestamp(), replaced_by = $2 where id = $1",
);
const REVOKE = statement<object>(
  "revoke_session",
  "update session set revoked_at = now(), revoke_reason = $2 where id = $1 and revoked_at is null",
);

/** Ids alone: an idempotency key remembers this. */
type Rotation =
  | { readonly kind: "refused" }
  | { readonly kind: "rotated"; readonly sessionId: Id; readonly tenantId: Id; readonly expiresAt: string };

/**
 * Uses a refresh token up. A second use after the overlap means that it was stolen: the whole family ends.
 * Writes refresh_token and session; when it was reused emits auth.token.reuse_detected and enqueues
 * emails.sendTransactional. That refusal is a result, not an error, because the end of the family must commit; any other
 * leaves nothing behind, not even a key, which anybody could bring. Throws INVALID_CREDENTIALS.
 */
const rotateToken = command({
  name: "rotateToken",
  permission: "public",
  input: v.object({ token: v.string() }),
  async run(op, { token }): Promise<Rotation> {
    const [row] = await op.query(LOCK_TOKEN, [hashOfToken(token)]);
    if (!row || !row.isAlive) throw ended();
    if (row.isUsed && !row.isInOverlap) {
      await op.query(REVOKE, [row.sessionId, "REFRESH_TOKEN_REUSED"]);
      await op.emit("auth.token.reuse_detected", {
        targets: [{ type: "session", id: row.sessionId }, userTarget({ id: row.userId, email: row.email })],
        outcome: "DENIED",
        reasonCode: "REFRESH_TOKEN_REUSED",
        tenantId: row.tenantId,
      });
      await op.enqueue(
        sendTransactional,
        { notice: "TOKEN_REUSED", userId: row.userId },
        { tenantId: row.tenantId },
      );
      return { kind: "refused" };
    }
    const next = successorOf(op, token);
    if (!row.isUsed) {
      const child = addToken(op, row.sessionId, next, new Date(row.expiresAt), row.tenantId);
      await op.query(USE_TOKEN, [row.id, child]);
      await touchSession(op, row.sessionId, op.request);
    }
    const { sessionId, tenantId, expiresAt } = row;
    return { kind: "rotated", sessionId, tenantId, expiresAt };
  },
});

/** @throws InvalidCredentialsError when the token is unknown, used up, expired or its session has ended. */
export async function refreshSession(
  op: Operation,
  token: string | null,
  options: RunOptions = {},
): Promise<SignedIn> {
  if (token === null) throw ended();
  const rotation = await op.run(rotateToken, { token }, { ...options, owner: token });
  if (rotation.kind === "refused") throw ended();
  const { sessionId, tenantId, expiresAt } = rotation;
  const refreshToken = successorOf(op, token);
  // Looked up now: what a key replays must hand out neither a session that has ended nor a token that has been used.
  const user = await findHolder(op, sessionId, hashOfToken(refreshToken), OVERLAP_SECONDS);
  if (!user) throw ended();
  return { sessionId, tenantId, user, refreshToken, refreshExpiresAt: expiresAt };
}

const ended = () => new InvalidCredentialsError("The session has ended. Sign in again.");
