import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { checksum, startApi, type Api, type Speaker } from "../support/api.js";
import { makeUser } from "../support/database.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** A session of an administrator that nobody has looked with yet. */
let speaker: Speaker;
let sessionId: string;
beforeEach(async () => {
  const person = await makeUser(api.db.database, { tenantId: api.tenantId });
  sessionId = person.sessionId;
  speaker = api.withHeader(`Bearer ${await api.tokenOf(person)}`);
});

const LIST = `query ($filter: AuditLogFilter, $after: String) { auditLogs(first: 1, after: $after, filter: $filter) { pageInfo { endCursor } edges { node { id } } } }`;
const ALL = `query ($filter: AuditLogFilter) { auditLogs(first: 1, filter: $filter) { totalCount } auditFacets(filter: $filter) { counted }
  auditVolume(filter: $filter, from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z") { count } }`;

interface Look {
  readonly action: string;
  readonly changes: readonly { readonly field: string; readonly after: string }[];
  readonly type: string;
}

/** What is on record of this session's looking, oldest first; the values that stand beside it put in. */
async function looks(): Promise<[action: string, given: Record<string, string>][]> {
  const rows = await api.db.sql<Look & { fields: Record<string, [string, string]> | null }>(
    `select e.action, e.changes, p.fields from event e
     left join event_pii p on p.event_id = e.id and p.at = e.at and p.subject_id = '00000000-0000-0000-0000-000000000000'
     where e.action like 'audit.%' and e.context ->> 'sessionId' = $1 order by e.at`,
    [sessionId],
  );
  return rows.map(({ action, changes, fields }) => [
    action,
    Object.fromEntries(
      changes.map(({ field, after }, at) => [field, fields?.[`changes.${at}.after`]?.[1] ?? after]),
    ),
  ]);
}

describe("reading is on record", () => {
  test("once a filter, however many pages and figures; another filter is another look", async () => {
    const first = await speaker.ask<{ auditLogs: { pageInfo: { endCursor: string } } }>(LIST);
    expect(await looks()).toEqual([["audit.read", {}]]);
    await speaker.ask(LIST, { after: first.data!.auditLogs.pageInfo.endCursor });
    await Promise.all(Array.from({ length: 4 }, () => speaker.ask(ALL)));
    expect(await looks()).toEqual([["audit.read", {}]]);
    await Promise.all(
      Array.from({ length: 4 }, () =>
        speaker.ask(ALL, { filter: { query: "actor:ada", outcome: "DENIED" } }),
      ),
    );
    expect(await looks()).toEqual([
      ["audit.read", {}],
      ["audit.read", { query: "actor:ada", outcome: "DENIED" }],
    ]);
  });

  test("an entry that is opened by its id", async () => {
    const [entry] = await api.db.sql<{ id: string }>("select id from event where tenant_id = $1 limit 1", [
      api.tenantId,
    ]);
    await speaker.ask("query ($id: ID!) { node(id: $id) { id } }", { id: entry!.id });
    expect(await looks()).toEqual([["audit.read", { id: entry!.id }]]);
  });

  test("what was searched for stands beside the entry, not in it", async () => {
    await speaker.ask(LIST, { filter: { text: "grace@example.org" } });
    const rows = await api.db.sql<{ text: string }>(
      "select e::text as text from event e where action = 'audit.read'",
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(({ text }) => text).join()).not.toContain("grace@example.org");
  });

  test("what is refused or cannot be read is no look, and changes nothing", async () => {
    const before = await checksum(api.db);
    expect((await speaker.ask(LIST, { filter: { query: "colour:red" } })).errors[0]!.extensions.code).toBe(
      "BAD_USER_INPUT",
    );
    expect(await checksum(api.db)).toBe(before);
    expect(await looks()).toEqual([]);
  });

  test("what cannot be written down is not shown", async () => {
    await api.db.sql(`create function no_reading() returns trigger language plpgsql as $$ begin
      if new.action = 'audit.read' then raise exception 'no'; end if; return new; end $$`);
    await api.db.sql(
      "create trigger no_reading before insert on event for each row execute function no_reading()",
    );
    try {
      const { data, errors } = await speaker.ask(LIST);
      expect(data).toBeNull();
      expect(errors[0]!.extensions.code).toBe("INTERNAL_SERVER_ERROR");
    } finally {
      await api.db.sql("drop function no_reading cascade");
    }
    expect((await speaker.ask(LIST)).errors).toEqual([]);
  });
});

describe("saved views", () => {
  const VIEWS = "{ auditViews { id name query isOwn createdAt } }";
  const SAVE = `mutation ($name: String!, $query: String!) { saveAuditView(input: { name: $name, query: $query }) { __typename
    ... on SaveAuditViewSuccess { auditView { id name query isOwn } } ... on Error { code path message } ... on InvalidInput { issues { path rule } } } }`;
  const DELETE = `mutation ($id: ID!) { deleteAuditView(id: $id) { ... on DeleteAuditViewSuccess { deletedId } } }`;
  interface View {
    readonly id: string;
    readonly name: string;
    readonly query: string;
    readonly isOwn: boolean;
    readonly createdAt?: string | null;
  }
  const views = async (who: Speaker) => (await who.ask<{ auditViews: View[] }>(VIEWS)).data!.auditViews;
  const save = async (name: string, query: string) =>
    (await speaker.ask<{ saveAuditView: { __typename: string; auditView?: View } }>(SAVE, { name, query }))
      .data!.saveAuditView;

  test("those of the product are there, and each can be asked", async () => {
    const all = await views(speaker);
    expect(all.map(({ name, isOwn, createdAt }) => [name, isOwn, createdAt])).toEqual([
      ["Failed sign-ins today", false, null],
      ["Permission changes", false, null],
      ["By me", false, null],
    ]);
    for (const { query } of all) expect((await speaker.ask(LIST, { filter: { query } })).errors).toEqual([]);
  });

  test("one's own are kept, told on record, and seen by nobody else", async () => {
    const saved = await save("  Launches ", "action:campaign.launched");
    const view = saved.auditView!;
    expect(view).toEqual({ id: view.id, name: "Launches", query: "action:campaign.launched", isOwn: true });
    expect((await views(speaker)).at(-1)).toMatchObject({
      ...view,
      createdAt: expect.stringMatching(/Z$/) as string,
    });
    expect((await views(await api.as("ADMIN"))).map(({ id }) => id)).not.toContain(view.id);
    expect((await (await api.as("ADMIN")).ask(DELETE, { id: view.id })).errors[0]!.extensions.code).toBe(
      "NOT_FOUND",
    );
    const told = () =>
      api.db.sql(
        "select action, outcome, targets -> 0 as target from event where targets -> 0 ->> 'id' = $1 order by at",
        [view.id],
      );
    const target = { type: "audit_view", id: view.id };
    const [kept, refused] = ["SUCCESS", "FAILED"].map((outcome) => ({
      action: "settings.updated",
      outcome,
      target,
    }));
    expect(await told()).toEqual([kept, refused]);
    expect((await speaker.ask(DELETE, { id: view.id })).data).toEqual({
      deleteAuditView: { deletedId: view.id },
    });
    expect(await told()).toEqual([kept, refused, kept]);
    expect((await views(speaker)).map(({ isOwn }) => isOwn)).toEqual([false, false, false]);
  });

  test.each([
    ["", "actor:me", "name", "non_empty"],
    ["x".repeat(101), "actor:me", "name", "max_length"],
    ["Empty", " ", "query", "non_empty"],
    ["Odd", "colour:red", "filter", "qualifier"],
  ])("%j with %j is refused", async (name, query, path, rule) => {
    const refused = (await save(name, query)) as unknown as {
      __typename: string;
      issues: { path: string[]; rule: string }[];
    };
    expect([refused.__typename, refused.issues[0]!.path[0], refused.issues[0]!.rule]).toEqual([
      "InvalidInput",
      path,
      rule,
    ]);
  });

  test("a name is taken once, and fifty are enough", async () => {
    await save("Mine", "actor:me");
    expect(await save("Mine", "kind:job")).toMatchObject({ __typename: "Conflict", path: ["name"] });
    expect(await save("By me", "kind:job")).toMatchObject({ __typename: "Conflict", path: ["name"] });
    await api.db.sql(
      `insert into audit_view (id, tenant_id, user_id, name, query) select uuid_v7(), v.tenant_id, v.user_id, 'n' || n, 'x'
       from audit_view v join session s on s.user_id = v.user_id and s.id = $1, generate_series(1, 49) n`,
      [sessionId],
    );
    expect(await save("One more", "actor:me")).toMatchObject({ __typename: "Conflict" });
    expect(await views(speaker)).toHaveLength(53);
  });
});
