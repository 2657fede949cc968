import * as v from "valibot";
import { can, forbidden, selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { NotFoundError } from "../errors.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { endSessions, userTarget } from "./person.js";

const OWNER = statement<{ userId: Id; email: string }>(
  "owner_of_session",
  `select s.user_id as "userId", u.email from session s join app_user u on u.id = s.user_id
   where s.tenant_id = $1 and s.id = $2 and s.revoked_at is null and s.expires_at > now()`,
);
const REVOKE = statement<object>(
  "revoke_one_session",
  "update session set revoked_at = now(), revoke_reason = 'REVOKED' where tenant_id = $1 and id = $2 and revoked_at is null",
);

/**
 * Ends one session: one's own, or anybody's with user:manage; its sockets close within a second.
 * Writes session; emits auth.session.revoked. Throws NOT_FOUND, also for another's without the right.
 */
export const revokeSession = command({
  name: "revokeSession",
  permission: "signedIn",
  input: v.object({ sessionId: IdSchema }),
  audits: attempted("auth.session.revoked", "session", "sessionId"),
  async run(op, { sessionId }): Promise<{ revoked: number }> {
    const [owner] = await op.query(OWNER, [op.tenantId, sessionId]);
    if (!owner || !mayEnd(op, owner.userId)) throw new NotFoundError("session");
    await op.query(REVOKE, [op.tenantId, sessionId]);
    await op.emit("auth.session.revoked", {
      targets: [{ type: "session", id: sessionId }, userTarget({ id: owner.userId, email: owner.email })],
    });
    return { revoked: 1 };
  },
});

const PERSON = statement<{ id: Id; email: string }>(
  "person_of_sessions",
  "select id, email from app_user where id = $1",
);

/**
 * Ends all sessions of a person, by default one's own, and says how many. Writes session; emits auth.session.revoked.
 * Throws FORBIDDEN for another's without user:manage.
 */
export const revokeSessions = command({
  name: "revokeSessions",
  permission: "signedIn",
  input: v.object({ userId: v.nullish(IdSchema), keepCurrent: v.nullish(v.boolean(), true) }),
  audits: ({ userId }, { actor }) => {
    const id = userId ?? selfOf({ actor });
    return { action: "auth.session.revoked", targets: id === null ? [] : [{ type: "user", id }] };
  },
  async run(op, { userId, keepCurrent }): Promise<{ revoked: number }> {
    if (op.actor.kind !== "USER") throw new TypeError("A session belongs to a person");
    const whose = userId ?? op.actor.userId;
    if (!mayEnd(op, whose)) throw forbidden("user:manage", "ROLE");
    const except = keepCurrent ? [op.actor.sessionId] : [];
    const sessions = await endSessions(op, whose, "REVOKED", { except });
    if (sessions.length > 0) {
      const [person] = await op.query(PERSON, [whose]);
      await op.emit("auth.session.revoked", { targets: [userTarget(person!), ...sessions] });
    }
    return { revoked: sessions.length };
  },
});

const mayEnd = ({ actor }: UnitOfWork, userId: Id): boolean =>
  (actor.kind === "USER" && actor.userId === userId) || can(actor, "user:manage");
