import * as v from "valibot";
import { command } from "../command.js";
import { InvalidCredentialsError } from "../errors.js";
import { newId, type Id } from "../ids.js";
import type { Operation, UnitOfWork } from "../operation.js";
import { hashOfToken } from "./refresh-token.js";
import { attemptedOnOneself, lockUser, userTarget } from "./person.js";
import { LONGEST_USER_AGENT } from "./sessions.queries.js";
import { findHolder, type Holder } from "./users.queries.js";
import { RefreshToken, Session } from "./session.entity.js";

export const SESSION_DAYS = 30;

/** What a command that opens a session answers, and an idempotency key replays: no secret is in it. */
export interface OpenedSession {
  readonly sessionId: Id;
  readonly userId: Id;
  readonly tenantId: Id;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/**
 * The first refresh token of a session. Derived, so that a repeated sign-in can hand it out again without its having
 * been stored.
 */
export function firstRefreshToken(source: Pick<Operation, "mac">, sessionId: Id): string {
  return source.mac("refresh token", `session:${sessionId}`).toString("base64url");
}

/**
 * Opens the session that the actor names. Whoever was suspended, or has another password, since they proved who they
 * are is refused. Writes session and refresh_token; emits auth.login.succeeded.
 * @param passwordHash the one that the password was checked against
 */
export const startSession = (passwordHash: string) =>
  command({
    name: "startSession",
    permission: "signedIn",
    input: v.object({}),
    audits: attemptedOnOneself("auth.login.failed"),
    async run(op): Promise<OpenedSession> {
      if (op.actor.kind !== "USER") throw new TypeError("A session belongs to a person");
      const { userId, tenantId, sessionId } = op.actor;
      const user = await lockUser(op, userId);
      if (user?.status !== "ACTIVE" || user.passwordHash !== passwordHash)
        throw new InvalidCredentialsError();
      const opened = await openSession(op, { userId, tenantId, sessionId });
      await op.emit("auth.login.succeeded", { targets: [userTarget(user)] });
      return opened;
    },
  });

/** Writes session and refresh_token for a person who has just proved who they are; the caller emits. */
export async function openSession(
  op: UnitOfWork,
  {
    userId,
    tenantId,
    sessionId = newId(),
  }: { readonly userId: Id; readonly tenantId: Id; readonly sessionId?: Id },
): Promise<OpenedSession> {
  const expiresAt = new Date(op.now.getTime() + SESSION_DAYS * 86_400_000);
  op.em.create(
    Session,
    {
      id: sessionId,
      tenantId,
      userId,
      ip: op.request.ip ?? null,
      userAgent: op.request.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
      createdAt: op.now,
      lastSeenAt: op.now,
      expiresAt,
    },
    { persist: true },
  );
  await op.em.flush();
  addToken(op, sessionId, firstRefreshToken(op, sessionId), expiresAt, tenantId);
  return { sessionId, userId, tenantId, expiresAt: expiresAt.toISOString() };
}

/** Who has come in, and what they are handed. */
export interface SignedIn {
  readonly sessionId: Id;
  readonly tenantId: Id;
  readonly refreshToken: string;
  /** ISO 8601. */
  readonly refreshExpiresAt: string;
  readonly user: Holder;
}

/**
 * What a person gets who has just come in; the same again for a repeated call. Null once the session has ended, or has
 * gone on from its first refresh token.
 */
export async function handedOut(op: Operation, opened: OpenedSession): Promise<SignedIn | null> {
  const { sessionId, tenantId, expiresAt: refreshExpiresAt } = opened;
  const refreshToken = firstRefreshToken(op, sessionId);
  const user = await findHolder(op, sessionId, hashOfToken(refreshToken));
  return user && { sessionId, tenantId, refreshToken, refreshExpiresAt, user };
}

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
