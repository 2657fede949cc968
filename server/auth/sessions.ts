import { forbidden, type Actor } from "#domain/access/actor.js";
import { NotFoundError } from "#domain/errors.js";
import { ROLE_PERMISSIONS, type Role } from "#domain/access/roles.js";
import { TEAMS_OF_MEMBER } from "#domain/access/scope.js";
import type { Id } from "#domain/ids.js";
import { statement, type Reader, type RequestFacts } from "#domain/operation.js";
import { touchSession } from "#domain/users/index.js";
import type { SessionClaims } from "#schema/context.js";

export type Person = Extract<Actor, { kind: "USER" }>;

interface SessionRow {
  readonly sessionId: Id;
  readonly userId: Id;
  readonly tenantId: Id;
  readonly email: string;
  readonly role: Role;
  readonly teamIds: readonly Id[];
  readonly isMasking: boolean;
  /** Its last use was noted a minute ago or more. */
  readonly isDue?: boolean;
}

const RIGHTS = `u.id as "userId", m.tenant_id as "tenantId", u.email, m.role,
    ${TEAMS_OF_MEMBER} as "teamIds",
    coalesce((t.settings->>'maskAddresses')::boolean, false) as "isMasking"`;
const ALIVE = `select s.id as "sessionId", s.last_seen_at < now() - interval '1 minute' as "isDue", ${RIGHTS}
  from session s join app_user u on u.id = s.user_id
    join membership m on m.user_id = s.user_id and m.tenant_id = s.tenant_id
    join tenant t on t.id = m.tenant_id
  where s.revoked_at is null and s.expires_at > now() and u.status = 'ACTIVE'`;
const SESSION = statement<SessionRow>("session_alive", `${ALIVE} and s.id = $1::uuid`);
const SESSIONS = statement<SessionRow>("sessions_alive", `${ALIVE} and s.id = any($1::uuid[])`);
const VIEWED = statement<SessionRow>(
  "viewed_person",
  `select $3::uuid as "sessionId", ${RIGHTS}
   from membership m join app_user u on u.id = m.user_id join tenant t on t.id = m.tenant_id
   where m.tenant_id = $1 and m.user_id = $2::uuid and u.status = 'ACTIVE'`,
);
const BY_REFRESH_TOKEN = statement<SessionRow>(
  "session_of_refresh_token",
  `${ALIVE} and s.id = (select session_id from refresh_token where token_hash = $1 and used_at is null and expires_at > now())`,
);

/** How long an answer may be reused: a session that ends is refused within this time on every server. */
const FRESH_MS = 500;
const MOST_KEPT = 10_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type UsedFrom = Pick<RequestFacts, "ip" | "userAgent">;

interface Known {
  /** As the token says; a token that lies about it is refused by `find`. */
  readonly userId: Id;
  readonly until: number;
  readonly person: Promise<Person | null>;
}

/**
 * Who stands behind a session, by the database: a token that says ADMIN is a USER when the database says so, and
 * nobody when the session has ended or the person is suspended.
 */
export class Sessions {
  private readonly known = new Map<Id, Known>();

  constructor(private readonly reader: Reader) {}

  /**
   * Null when the session has ended, or is not that person's in that tenant. At most a second old.
   * @param from where it is used now; noted in the background, at most once a minute
   */
  async find(claims: SessionClaims, from?: UsedFrom): Promise<Person | null> {
    const person = await this.load(claims, from);
    const isTheirs = person?.userId === claims.userId && person.tenantId === claims.tenantId;
    return isTheirs ? person : null;
  }

  /** The next look goes to the database. */
  forget(sessionId: Id): void {
    this.known.delete(sessionId);
  }

  /** The same for all sessions of a person. */
  forgetUser(userId: Id): void {
    for (const [sessionId, known] of this.known) if (known.userId === userId) this.forget(sessionId);
  }

  /** Of many sessions those that are alive, read now. */
  async alive(sessionIds: readonly Id[]): Promise<ReadonlyMap<Id, Person>> {
    const rows = await this.reader.query(SESSIONS, [sessionIds]);
    return new Map(rows.map((row) => [row.sessionId, personOf(row)]));
  }

  /**
   * What somebody sees, for an administrator who looks through their eyes; read now.
   * @throws ForbiddenError without the right, NotFoundError for nobody active of the organisation
   */
  async viewed(viewer: Person, userId: Id): Promise<Person> {
    if (!ROLE_PERMISSIONS[viewer.role].has("user:role")) throw forbidden("user:role", "ROLE");
    if (!UUID.test(userId)) throw new NotFoundError("user");
    const [row] = await this.reader.query(VIEWED, [viewer.tenantId, userId, viewer.sessionId]);
    if (!row) throw new NotFoundError("user");
    return { ...personOf(row), viewedBy: { userId: viewer.userId, email: viewer.email } };
  }

  /** By the hash of a refresh token that has not been used; it is not used up. */
  async ofRefreshToken(hash: Buffer): Promise<Person | null> {
    const [row] = await this.reader.query(BY_REFRESH_TOKEN, [hash]);
    return row ? personOf(row) : null;
  }

  private load({ sessionId, userId }: SessionClaims, from?: UsedFrom): Promise<Person | null> {
    const now = performance.now();
    const known = this.known.get(sessionId);
    if (known && known.until > now) return known.person;
    if (!UUID.test(sessionId)) return Promise.resolve(null);
    const person = this.reader.query(SESSION, [sessionId]).then(([row]) => {
      // What fails here is noted by the next look.
      if (row?.isDue && from) touchSession(this.reader, sessionId, from).catch(() => {});
      return row ? personOf(row) : null;
    });
    // A failed look must not stand for a second as an answer.
    person.catch(() => this.forget(sessionId));
    // Insertion order is age: the oldest goes first.
    this.known.delete(sessionId);
    if (this.known.size >= MOST_KEPT) this.known.delete(this.known.keys().next().value!);
    this.known.set(sessionId, { userId, until: now + FRESH_MS, person });
    return person;
  }
}

/** Do both mean the same person with the same rights? Streams that were opened with other rights must not go on. */
export function haveSameRights(a: Person, b: Person): boolean {
  return (
    a.role === b.role &&
    a.masksAddresses === b.masksAddresses &&
    a.teamIds.length === b.teamIds.length &&
    a.teamIds.every((id, at) => id === b.teamIds[at])
  );
}

/** One text for all who have the same rights in one organisation: what `haveSameRights` compares, and the organisation. */
export function rightsOf({ tenantId, role, masksAddresses, teamIds }: Person): string {
  return JSON.stringify([tenantId, role, masksAddresses, teamIds]);
}

function personOf({ isMasking, role, userId, tenantId, sessionId, email, teamIds }: SessionRow): Person {
  // Whoever may export the addresses anyway sees them.
  const masksAddresses = isMasking && !ROLE_PERMISSIONS[role].has("lead:export");
  return { kind: "USER", userId, tenantId, sessionId, email, role, teamIds, masksAddresses, viewedBy: null };
}
