import * as v from "valibot";
import type { Role } from "../access/roles.js";
import { command } from "../command.js";
import { decidedHead, untilDecided } from "../decided.queries.js";
import { IdSchema, type Id } from "../ids.js";
import { keyset, keysetValues, type OrderColumn } from "../keyset.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";

/** Something that a person should know. Times are ISO 8601 text. */
export interface NotificationView {
  readonly id: Id;
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly href: string | null;
  readonly at: string;
  readonly readAt: string | null;
}

/** Before it is anybody's. */
export interface Notice {
  readonly kind: "REFUSALS" | "ALERT" | "ALERT_OVER" | "CAMPAIGN" | "TEST_NOT_SENT";
  /** With `about` it goes on from what that person is called: "ana@example.com" "was refused". */
  readonly title: string;
  /** A person of the organisation. Their name and address are in no row, so that they go when the person is erased. */
  readonly about?: Id;
  readonly detail: string;
  /** A page of the console, e.g. /users/…. */
  readonly href: string | null;
}

const NOTIFY_ROLE = statement<{ userId: Id }>(
  "notify_role",
  `insert into notification (id, tenant_id, user_id, kind, title, detail, href, about_user_id)
   select uuid_v7(), m.tenant_id, m.user_id, $3, $4, $5, $6, $7 from membership m join app_user u on u.id = m.user_id
   where m.tenant_id = $1 and m.role = any($2::text[]) and u.status = 'ACTIVE' returning user_id as "userId"`,
);

/** One row for everybody with such a role. The caller tells their channels after the commit. */
export async function notifyRoles(
  reader: Reader,
  tenantId: Id,
  roles: readonly Role[],
  { kind, title, detail, href, about }: Notice,
): Promise<Id[]> {
  const rows = await reader.query(NOTIFY_ROLE, [tenantId, roles, kind, title, detail, href, about ?? null]);
  return rows.map(({ userId }) => userId);
}

const NOTIFY_PERSON = statement<{ userId: Id }>(
  "notify_person",
  `insert into notification (id, tenant_id, user_id, kind, title, detail, href)
   select uuid_v7(), m.tenant_id, m.user_id, $3, $4, $5, $6 from membership m join app_user u on u.id = m.user_id
   where m.tenant_id = $1 and m.user_id = $2 and u.status = 'ACTIVE' returning user_id as "userId"`,
);

/** One row for that person; for the administrators where it is nobody, or nobody active any more. */
export async function notifyPerson(
  reader: Reader,
  tenantId: Id,
  userId: Id | null,
  notice: Omit<Notice, "about">,
): Promise<Id[]> {
  const { kind, title, detail, href } = notice;
  const rows = await reader.query(NOTIFY_PERSON, [tenantId, userId, kind, title, detail, href]);
  return rows.length > 0 ? rows.map((row) => row.userId) : notifyRoles(reader, tenantId, ["ADMIN"], notice);
}

const COLUMNS = `n.id, n.kind, n.detail,
  concat_ws(' ', (select case u.status when 'ERASED' then u.name else u.email end from app_user u where u.id = n.about_user_id), n.title) as title, n.href, n.created_at as at, n.read_at as "readAt"`;
const OWN = "n.tenant_id = $1 and n.user_id = $2";
const ORDER: OrderColumn = { column: "n.created_at", type: "timestamptz" };
const COUNT = statement<{ count: number }>(
  "count_notifications",
  `select count(*) as count from notification n where ${OWN}`,
);

/** A person's own, the newest first. */
export async function listNotifications(
  reader: Reader,
  tenantId: Id,
  userId: Id,
  request: PageRequest,
): Promise<Page<NotificationView & { readonly sortKey: string }>> {
  const { name, beyond, tail } = keyset(ORDER, "DESC", request.isBackward, "n.id", 3);
  const list = statement<NotificationView & { sortKey: string }>(
    `list_notifications_${name}`,
    `select ${COLUMNS}, n.created_at::text as "sortKey" from notification n where ${OWN} and ${beyond} ${tail}`,
  );
  return pageOf(await reader.query(list, [tenantId, userId, ...keysetValues(ORDER, request)]), request);
}

export async function countNotifications(reader: Reader, tenantId: Id, userId: Id): Promise<number> {
  return (await reader.query(COUNT, [tenantId, userId]))[0]!.count;
}

/** Where a reader stands: behind this row. */
export interface NotificationCursor {
  readonly at: string;
  readonly id: Id;
}

/** So many in one read. */
export const MOST_SINCE = 100;

const SINCE = statement<NotificationView>(
  "notifications_since",
  `select ${COLUMNS} from notification n where ${OWN} and (n.created_at, n.id) > ($3::timestamptz, $4::uuid)
   and (n.created_at, n.id) <= ($5::timestamptz, $6::uuid)
   order by n.created_at, n.id limit ${MOST_SINCE}`,
);
const NEWEST = statement<NotificationCursor>(
  "newest_notification",
  `select n.created_at as at, n.id from notification n where ${OWN} order by n.created_at desc, n.id desc limit 1`,
);

/** What came behind the cursor and is complete, in order. While one is written for long, nothing. */
export async function notificationsSince(
  reader: Reader,
  tenantId: Id,
  userId: Id,
  cursor: NotificationCursor,
): Promise<NotificationView[]> {
  const newest = await newestNotification(reader, tenantId, userId);
  if (newest.id === cursor.id || !(await untilDecided(reader, "notification"))) return [];
  return reader.query(SINCE, [tenantId, userId, cursor.at, cursor.id, newest.at, newest.id]);
}

/** Behind everything that is there now; none before it comes later. */
export function headOfNotifications(reader: Reader, tenantId: Id, userId: Id): Promise<NotificationCursor> {
  return decidedHead(reader, "notification", () => newestNotification(reader, tenantId, userId));
}

async function newestNotification(reader: Reader, tenantId: Id, userId: Id): Promise<NotificationCursor> {
  const [newest] = await reader.query(NEWEST, [tenantId, userId]);
  return newest ?? { at: "1970-01-01T00:00:00Z", id: "00000000-0000-0000-0000-000000000000" };
}

const MARK_READ = statement<object>(
  "mark_notifications_read",
  `update notification set read_at = now() where tenant_id = $1 and user_id = $2 and read_at is null
   and ($3::uuid[] is null or id = any($3::uuid[])) returning id`,
);

/** Marks one's own as read, all without ids. Writes notification; emits nothing: nobody else is concerned. */
export const markNotificationsRead = command({
  name: "markNotificationsRead",
  permission: "signedIn",
  input: v.object({ ids: v.nullish(v.pipe(v.array(IdSchema), v.maxLength(1000, "At most 1,000 at once."))) }),
  async run(op, { ids }): Promise<{ read: number }> {
    if (op.actor.kind !== "USER") return { read: 0 };
    const read = await op.query(MARK_READ, [op.tenantId, op.actor.userId, ids ?? null]);
    return { read: read.length };
  },
});
