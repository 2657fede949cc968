import { forbidden, type Actor } from "../access/actor.js";
import type { Permission } from "../access/permissions.js";
import { LastAdminError, NotFoundError } from "../errors.js";
import type { Attempt, EventAction, EventTarget } from "../events.js";
import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { lockTenant, Membership } from "../teams/index.js";
import { User } from "./user.entity.js";

/** Somebody of the organisation, with the role they have in it; both rows locked until the commit. */
export interface Person {
  readonly user: User;
  readonly membership: Membership;
}

// "No key": an event, a session or a job that names the row is written meanwhile. With a plain "for update" whoever
// changes somebody and that somebody's own act would wait for each other.
const LOCK_USER = statement<object>("lock_user", "select from app_user where id = $1 for no key update");
const LOCK_MEMBERSHIP = statement<object>(
  "lock_membership",
  "select from membership where tenant_id = $1 and user_id = $2 for no key update",
);

/** Finds and locks somebody; of their rows the first to be locked, before their links and sessions. */
export async function lockUser(op: UnitOfWork, userId: Id): Promise<User | null> {
  await op.query(LOCK_USER, [userId]);
  return op.em.findOne(User, { id: userId }, { refresh: true });
}

/**
 * Finds and locks a person of the tenant. Whoever changes people comes one after the other: the tenant's row is locked
 * first, as the database's own guard of the last administrator does it.
 * @throws NotFoundError also for somebody who was erased
 */
export async function lockPerson(op: UnitOfWork, userId: Id): Promise<Person> {
  await lockTenant(op);
  await op.query(LOCK_MEMBERSHIP, [op.tenantId, userId]);
  const membership = await op.em.findOne(Membership, { tenantId: op.tenantId, userId }, { refresh: true });
  const user = membership && (await lockUser(op, userId));
  if (!user || user.status === "ERASED") throw new NotFoundError("user");
  return { user, membership };
}

const OTHER_ADMINS = statement<{ count: number }>(
  "other_administrators",
  `select count(*) as count from membership m join app_user u on u.id = m.user_id
   where m.tenant_id = $1 and m.role = 'ADMIN' and u.status = 'ACTIVE' and m.user_id <> $2`,
);

/** @throws LastAdminError when without this person nobody would administer. Call with the person locked. */
export async function demandAnotherAdmin(op: UnitOfWork, { user, membership }: Person): Promise<void> {
  if (membership.role !== "ADMIN" || user.status !== "ACTIVE") return;
  const [others] = await op.query(OTHER_ADMINS, [op.tenantId, user.id]);
  if (others!.count === 0) throw new LastAdminError();
}

/** @throws ForbiddenError for what nobody does to themselves */
export function demandOther(op: UnitOfWork, userId: Id, permission: Permission, sentence: string): void {
  if (op.actor.kind === "USER" && op.actor.userId === userId) throw forbidden(permission, "OWN", sentence);
}

/** A person as what an entry of the audit log is about. */
export const userTarget = ({ id, email }: Pick<User, "id" | "email">): EventTarget => ({
  type: "user",
  id,
  label: email,
});

/** For the `audits` of a command that is about whoever calls it. */
export const attemptedOnOneself =
  (action: EventAction) =>
  (_input: unknown, op: { readonly actor: Actor }): Attempt => {
    const { actor } = op;
    if (actor.kind !== "USER") return { action, targets: [] };
    return { action, targets: [userTarget({ id: actor.userId, email: actor.email })] };
  };

const END_SESSIONS = statement<{ id: Id }>(
  "end_sessions_of_user",
  `update session set revoked_at = now(), revoke_reason = $3
   where tenant_id = $1 and user_id = $2 and revoked_at is null and id <> all($4::uuid[]) returning id`,
);

/** Ends a person's sessions and returns them as targets of the event, which closes their sockets. */
export async function endSessions(
  op: UnitOfWork,
  userId: Id,
  reason: string,
  options: { readonly tenantId?: Id; readonly except?: readonly Id[] } = {},
): Promise<EventTarget[]> {
  const { tenantId = op.tenantId, except = [] } = options;
  const ended = await op.query(END_SESSIONS, [tenantId, userId, reason, except]);
  return ended.map(({ id }) => ({ type: "session", id }));
}
