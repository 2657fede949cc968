import * as v from "valibot";
import { selfOf } from "../../access/actor.js";
import { command } from "../../command.js";
import { ConflictError, NotFoundError, UnauthenticatedError } from "../../errors.js";
import { attempted } from "../../events.js";
import { IdSchema, newId, type Id } from "../../ids.js";
import { statement, type Reader, type UnitOfWork } from "../../operation.js";
import { plainText } from "../../plain-text.js";
import { parseQuery } from "./parse-query.js";

/** A search by name. */
export interface SavedView {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly isOwn: boolean;
  /** Null: it comes with the product. */
  readonly createdAt: string | null;
}

/** Everybody has these. */
export const BUILT_IN_VIEWS: readonly SavedView[] = [
  {
    id: "failed-sign-ins-today",
    name: "Failed sign-ins today",
    query: "action:auth.login.failed after:today",
  },
  {
    id: "permission-changes",
    name: "Permission changes",
    query: "action:user.role.changed action:user.suspended action:user.reactivated action:team.member.*",
  },
  { id: "by-me", name: "By me", query: "actor:me" },
].map((view) => ({ ...view, isOwn: false, createdAt: null }));

const MOST_VIEWS = 50;

const OWN = statement<SavedView>(
  "audit_views",
  `select id, name, query, true as "isOwn", created_at as "createdAt" from audit_view
   where tenant_id = $1 and user_id = $2 order by name, id limit ${MOST_VIEWS}`,
);

/** Those of the product and one's own, by name. */
export async function findViews(reader: Reader, tenantId: Id, self: Id | null): Promise<SavedView[]> {
  return [...BUILT_IN_VIEWS, ...(self === null ? [] : await reader.query(OWN, [tenantId, self]))];
}

const ViewName = v.pipe(
  v.string(),
  plainText,
  v.trim(),
  v.nonEmpty("Enter a name."),
  v.maxLength(100, "A view's name has at most 100 characters."),
  v.check((name) => !/\p{Cc}/u.test(name), "A view's name is a single line."),
);

const LOCK = statement<object>(
  "audit_views_lock",
  "select pg_advisory_xact_lock(hashtext('audit views ' || $1))",
);
const INSERT = statement<object>(
  "audit_view_insert",
  "insert into audit_view (id, tenant_id, user_id, name, query) values ($1, $2, $3, $4, $5)",
);
const DELETE = statement<{ name: string; query: string }>(
  "audit_view_delete",
  "delete from audit_view where tenant_id = $1 and user_id = $2 and id = $3 returning name, query",
);

/**
 * Keeps a search for oneself. Writes audit_view; emits settings.updated. Throws BAD_USER_INPUT for a query that cannot be
 * read, CONFLICT when one has a view of that name or 50 of them.
 */
export const saveAuditView = command({
  name: "saveAuditView",
  permission: "system:audit",
  input: v.object({ name: ViewName, query: v.pipe(v.string(), v.trim(), v.nonEmpty("Enter a query.")) }),
  audits: attempted("settings.updated"),
  async run(op, { name, query }): Promise<{ viewId: Id }> {
    const self = demandSelf(op);
    parseQuery(query, { self, now: op.now });
    await op.query(LOCK, [self]);
    const own = await op.query(OWN, [op.tenantId, self]);
    if ([...BUILT_IN_VIEWS, ...own].some((view) => view.name === name))
      throw new ConflictError(`There is a view named ${name} already.`, ["name"]);
    if (own.length >= MOST_VIEWS)
      throw new ConflictError(`A person has at most ${MOST_VIEWS} views; delete one first.`);
    const id = newId();
    await op.query(INSERT, [id, op.tenantId, self, name, query]);
    await tell(op, id, self, { before: {}, after: { name, query } });
    return { viewId: id };
  },
});

/** Writes audit_view; emits settings.updated. Throws NOT_FOUND for what is not one's own. */
export const deleteAuditView = command({
  name: "deleteAuditView",
  permission: "system:audit",
  input: v.object({ viewId: IdSchema }),
  audits: attempted("settings.updated", "audit_view", "viewId"),
  async run(op, { viewId }): Promise<{ viewId: Id }> {
    const self = demandSelf(op);
    const [deleted] = await op.query(DELETE, [op.tenantId, self, viewId]);
    if (!deleted) throw new NotFoundError("view");
    await tell(op, viewId, self, { before: deleted, after: {} });
    return { viewId };
  },
});

function demandSelf(op: UnitOfWork): Id {
  const self = selfOf(op);
  if (self === null) throw new UnauthenticatedError();
  return self;
}

interface Texts {
  readonly name?: string;
  readonly query?: string;
}

/** A query can name people: what stands in it is kept beside the entry, and goes with whoever wrote it. */
async function tell(op: UnitOfWork, id: Id, self: Id, { before, after }: { before: Texts; after: Texts }) {
  await op.emit("settings.updated", {
    targets: [
      { type: "audit_view", id },
      { type: "user", id: self },
    ],
    changes: (["name", "query"] as const).map((field) => ({
      field,
      before: before[field] ?? null,
      after: after[field] ?? null,
      personal: true,
    })),
  });
}
