import * as v from "valibot";
import { command } from "../command.js";
import { newId, type Id } from "../ids.js";
import type { UnitOfWork } from "../operation.js";
import { hashOfToken, newRefreshToken } from "./refresh-token.js";
import { RefreshToken, Session } from "./session.entity.js";

export const SESSION_DAYS = 30;

export interface StartedSession {
  readonly sessionId: Id;
  readonly refreshToken: string;
  /** ISO 8601. */
  readonly refreshExpiresAt: string;
}

/**
 * Opens a session for a person who has just proved who they are.
 * Writes session and refresh_token; emits auth.login.succeeded; enqueues nothing.
 */
export const startSession = command({
  name: "startSession",
  permission: "signedIn",
  input: v.object({ sessionId: v.string() }),
  async run(op, { sessionId }): Promise<StartedSession> {
    if (op.actor.kind !== "USER") throw new TypeError("A session belongs to a person");
    const expiresAt = new Date(op.now.getTime() + SESSION_DAYS * 86_400_000);
    op.em.create(
      Session,
      {
        id: sessionId,
        tenantId: op.tenantId,
        userId: op.actor.userId,
        ip: op.request.ip ?? null,
        userAgent: op.request.userAgent?.slice(0, 300) ?? null,
        createdAt: op.now,
        lastSeenAt: op.now,
        expiresAt,
      },
      { persist: true },
    );
    await op.em.flush();
    const refreshToken = newRefreshToken();
    addToken(op, sessionId, refreshToken, expiresAt);
    await op.emit("auth.login.succeeded", { targets: [{ type: "user", id: op.actor.userId }] });
    return { sessionId, refreshToken, refreshExpiresAt: expiresAt.toISOString() };
  },
});

export function addToken(
  op: UnitOfWork,
  sessionId: Id,
  token: string,
  expiresAt: Date,
  tenantId = op.tenantId,
): Id {
  const id = newId();
  op.em.create(
    RefreshToken,
    { id, tenantId, sessionId, tokenHash: hashOfToken(token), createdAt: op.now, expiresAt },
    { persist: true },
  );
  return id;
}
