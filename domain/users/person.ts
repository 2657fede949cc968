import { LockMode } from "@mikro-orm/core";
import { forbidden } from "../access/actor.js";
import type { Permission } from "../access/permissions.js";
import { LastAdminError, NotFoundError } from "../errors.js";
import type { EventTarget } from "../events.js";
import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { Membership, Tenant } from "../teams/index.js";
import { User } from "./user.entity.js";

/** Somebody of the organisation, with the role they have in it; both rows locked until the commit. */
export interface Person {
  readonly user: User;
  readonly membership: Membership;
}

/**
 * Finds and locks a person of the tenant. Whoever changes people comes one after the other: the tenant's row is locked
 * first, as the database's own guard of the last administrator does it.
 * @throws NotFoundError also for somebody who was erased
 */
export async function lockPerson(op: UnitOfWork, userId: Id): Promise<Person> {
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  await op.em.findOne(Tenant, { id: op.tenantId }, { lockMode, refresh: true });
  const membership = await op.em.findOne(
    Membership,
    { tenantId: op.tenantId, userId },
    { lockMode, refresh: true },
  );
  const user = membership && (await op.em.findOne(User, { id: userId }, { lockMode, refresh: true }));
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
