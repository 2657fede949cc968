import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EVENT_ACTIONS, type EventAction } from "../../domain/events.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { entriesOf, type AuditEntry } from "../support/audit-entries.js";
import { eventually } from "../support/eventually.js";
import { mutationWorld, type MutationCase, type MutationWorld } from "../support/mutation-cases.js";
import { MUTATIONS, mutationDocument } from "../support/mutation-documents.js";
import { PUBLIC_URL } from "../support/transactional-mail.js";
import { OF_PEOPLE } from "./expected-of-people.js";
import { OF_THINGS } from "./expected-of-things.js";
import type { ExpectedEntries, Made } from "./expected.js";

const EXPECTED: ExpectedEntries = { ...OF_PEOPLE, ...OF_THINGS };

/** All others leave an entry. */
const SILENT: Readonly<Record<string, string>> = {
  refreshSession: "a session goes on; the second use of a token, which ends it, has an entry",
  markNotificationsRead: "what somebody has read is nobody else's concern, and decides nothing",
};
/** Done after the answer, so that nobody learns whose address it was. */
const LATER = "requestPasswordReset";
/** Callers who prove nothing but a link or a password: what is refused to them could fill the log. */
const STRANGERS = ["signIn", "acceptInvitation", "resetPassword"];

interface Answered {
  readonly answer: { readonly __typename: string; readonly code?: string };
}
interface Caller {
  readonly userId: string;
  readonly sessionId: string;
  readonly email: string;
}
const BROWSER = "Mozilla/5.0 (every mutation)";

let api: Api;
let world: MutationWorld;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
  world = await mutationWorld(api);
  // Requests that say so cannot be put on record, for the reason that they name.
  await api.db.sql(`
    create function refuse_entry() returns trigger language plpgsql as $$
      begin raise exception 'no entry of this secret request' using errcode = split_part(new.context ->> 'requestId', '-', 2); end $$;
    create trigger refuse_entry before insert on event for each row
      when (new.context ->> 'requestId' like 'refuse-%') execute function refuse_entry()`);
});
afterAll(() => api.close());

const at = (value: unknown, path: string): string =>
  path.split(".").reduce<unknown>((inner, step) => (inner as Record<string, unknown>)[step], value) as string;

/** What the call is about, as text: an id, the id in a link, the session in a cookie, an address, the caller. */
function subjectOf({ variables, headers }: MutationCase, caller: Caller | null): (string | null)[] {
  const given = { ...variables, ...("input" in variables && (variables.input as object)) } as Record<
    string,
    string
  >;
  const inLink = given.token && Buffer.from(given.token.split(".")[0]!, "base64url").toString("hex");
  const inCookie = headers?.cookie?.split(".")[1];
  const first = [
    given.id,
    given.campaignId,
    given.teamId,
    given.userId,
    inLink,
    inCookie,
    given.email,
    caller?.userId,
  ];
  return [
    first.find((text) => text !== undefined && text !== "") ?? null,
    given.userId ?? given.leadId ?? null,
  ];
}

async function callerOf({ headers }: MutationCase): Promise<Caller | null> {
  if (headers?.authorization === "") return null;
  const { ADMIN } = api.people;
  if (!headers?.authorization) return ADMIN;
  const { sub, sid } = decodeJwt<{ sid: string }>(headers.authorization.slice("Bearer ".length));
  const [user] = await api.db.sql<{ email: string }>("select email from app_user where id = $1", [sub]);
  return { userId: sub!, sessionId: sid, email: user!.email };
}

const NEWEST_SESSION = `select s.user_id as "userId", s.id as "sessionId", u.email from session s join app_user u on u.id = s.user_id
  where u.email = $1 order by s.created_at desc limit 1`;

function call(name: string, { variables, headers }: MutationCase, more: Readonly<Record<string, string>>) {
  return world.call<Answered>(mutationDocument(name), variables, {
    "user-agent": BROWSER,
    ...headers,
    ...more,
  });
}

/** What no mutation that succeeds leaves: by the test that shows it. */
const ELSEWHERE: Readonly<Partial<Record<EventAction, string>>> = {
  "auth.login.failed": "tests/audit/refusals.test.ts",
  "auth.permission.denied": "tests/audit/refusals.test.ts",
  "auth.token.reuse_detected": "tests/users/sessions.test.ts",
  "campaign.completed": "tests/audit/actor-kinds.test.ts",
  "lead.exported": "tests/access/masking.test.ts",
  "audit.read": "tests/audit/search-on-record.test.ts",
  "audit.exported": "tests/audit/search-export.test.ts",
  "system.retention.purged": "tests/audit/retention.test.ts",
};

test("AU-01 every action of the record is shown by a test", () => {
  const shown = Object.values(EXPECTED).map(({ action }) => action);
  expect([...new Set([...shown, ...Object.keys(ELSEWHERE)])].toSorted()).toEqual(EVENT_ACTIONS.toSorted());
  for (const [action, file] of Object.entries(ELSEWHERE))
    expect(readFileSync(file, "utf8")).toContain(action);
});

test("AU-05 a new secret is on record as changed, and never as what it is", async () => {
  const { variables } = await world.prepare("updateAuditStream");
  const { id } = (variables as { input: { id: string } }).input;
  const answer = await call(
    "updateAuditStream",
    { variables: { input: { id, newSecret: true } }, other: null },
    {},
  );
  const { secret } = answer.data!.answer as unknown as { secret: string };
  expect(secret.length).toBeGreaterThan(20);
  const entries = await entriesOf(api.db, answer.headers.get("x-request-id")!);
  expect(entries.map(({ changes }) => changes)).toEqual([
    [{ field: "secret", before: null, after: "changed" }],
  ]);
  expect(JSON.stringify(entries)).not.toContain(secret);
});

test("every mutation of the schema says what it leaves, or why it leaves nothing", () => {
  expect([...Object.keys(EXPECTED), ...Object.keys(SILENT)].toSorted()).toEqual(
    MUTATIONS.map(({ name }) => name).toSorted(),
  );
});

describe.each(MUTATIONS.map(({ name }) => name))("%s", (name) => {
  let prepared: MutationCase;
  beforeAll(async () => {
    prepared = await world.prepare(name);
  });

  test("L2 without its entry it fails, and nothing has changed", async () => {
    const before = await checksum(api.db);
    const requestId = `refuse-P0001-${randomUUID()}`;
    const answer = await call(name, prepared, { "x-request-id": requestId });
    if (name in SILENT) return expect(answer.errors).toEqual([]);
    if (name === LATER)
      await eventually(() =>
        api.logLines.some((line) => line.includes(requestId) && line.includes("after the answer")),
      );
    else {
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(["INTERNAL_SERVER_ERROR"]);
      expect(answer.text).not.toContain("secret");
    }
    return expect(await checksum(api.db)).toBe(before);
  });

  test("L3 it leaves its entry: who, what, before and after, from where and when", async () => {
    if (name in SILENT) prepared = await world.prepare(name);
    const caller = await callerOf(prepared);
    const expected = EXPECTED[name];
    const [was] = expected?.was ? await api.db.sql(expected.was, ids(expected.was, prepared, caller)) : [];
    const requestId = randomUUID();
    const begunAt = Date.now();
    const answer = await call(name, prepared, { "x-request-id": requestId });
    expect(answer.errors).toEqual([]);
    expect(answer.data!.answer.__typename).toBe(`${name[0]!.toUpperCase()}${name.slice(1)}Success`);
    expect(answer.headers.get("x-request-id")).toBe(requestId);
    if (!expected) return expect(await entriesOf(api.db, requestId)).toEqual([]);

    const [entry, ...others] = await eventually(
      () => entriesOf(api.db, requestId),
      (entries) => entries.length > 0,
    );
    expect(others).toEqual([]);
    const signedIn =
      name === "signIn"
        ? (await api.db.sql<Caller>(NEWEST_SESSION, [at(prepared.variables, "email")]))[0]!
        : caller;
    const made: Made = {
      v: (path) => at(prepared.variables, path),
      made: (path) => at(answer.data!.answer, path),
      was: (column) => at(was, column),
      caller,
      tenantId: api.tenantId,
    };
    const targets = expected.targets(made);
    expect({ ...entry, targets: entry!.targets.slice(0, targets.length) }).toEqual({
      tenantId: api.tenantId,
      at: entry!.at,
      action: expected.action,
      actor: signedIn
        ? { kind: "USER", id: signedIn.userId, label: signedIn.email }
        : { kind: "ANONYMOUS", id: null, label: null },
      onBehalfOf: null,
      targets,
      outcome: "SUCCESS",
      reason: expected.reason ?? null,
      changes: expected.changes(made).map(({ field, before, after }) => ({ field, before, after })),
      context: {
        requestId,
        ip: "127.0.0.1",
        userAgent: BROWSER,
        ...(signedIn && { sessionId: signedIn.sessionId }),
      },
    } satisfies AuditEntry);
    // UTC, by the database's clock.
    expect(entry!.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/);
    expect(Date.parse(entry!.at)).toBeGreaterThanOrEqual(begunAt);
    return expect(Date.parse(entry!.at)).toBeLessThanOrEqual(Date.now());
  });

  test("L4 refused, it leaves an entry of the same action with the reason", async () => {
    const { other, ...first } = await world.prepare(name);
    if (other === null || name in SILENT || STRANGERS.includes(name)) return;
    const idempotencyKey = randomUUID();
    const keyed = (variables: object) => ({ ...first, other, variables: { ...variables, idempotencyKey } });
    expect((await call(name, keyed(first.variables), {})).errors).toEqual([]);
    const requestId = randomUUID();
    const refused = await call(name, keyed(other), { "x-request-id": requestId });
    expect(refused.data!.answer.code).toBe("CONFLICT");
    const entries = await entriesOf(api.db, requestId);
    expect(entries.map(({ action, outcome, reason }) => [action, outcome, reason])).toEqual([
      [EXPECTED[name]!.action, "FAILED", "CONFLICT"],
    ]);
  });
});

const ids = (sql: string, prepared: MutationCase, caller: Caller | null) =>
  subjectOf(prepared, caller).slice(0, sql.includes("$2") ? 2 : 1);

test.each([
  ["23514", "a constraint", "INTERNAL_SERVER_ERROR"],
  ["42501", "a grant that was taken away", "INTERNAL_SERVER_ERROR"],
  ["53100", "a full disk", "UNAVAILABLE"],
])("L2 whatever it is that the record refuses with: %s, %s", async (state, _what, code) => {
  const prepared = await world.prepare("createTeam");
  const before = await checksum(api.db);
  const answer = await call("createTeam", prepared, { "x-request-id": `refuse-${state}-${randomUUID()}` });
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual([code]);
  expect(await checksum(api.db)).toBe(before);
});
