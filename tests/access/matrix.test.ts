import { readFileSync } from "node:fs";
import { buildSchema as parseSchema, type GraphQLObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rolesWith } from "../../domain/access/roles.js";
import { permissionEnumName, type Permission } from "../../domain/access/permissions.js";
import { accessDocument } from "../../schema/access/access-document.js";
import { buildSchema } from "../../schema/build-schema.js";
import { checksum, startApi, type Api, type Caller } from "../support/api.js";
import { documentFor } from "../support/documents.js";
import { TestSocket } from "../support/socket.js";

const CALLERS: readonly Caller[] = ["ANONYMOUS", "ADMIN", "MANAGER", "USER"];
const committed = readFileSync("schema/access.md", "utf8");
const contract = parseSchema(readFileSync("schema/schema.graphql", "utf8"));

interface Row {
  readonly root: string;
  readonly field: string;
  readonly needs: string;
  readonly allowed: Readonly<Record<string, boolean>>;
}

/** The reviewed table is what is expected; the code is what is tried. */
function rowsOf(document: string): Row[] {
  const rows: Row[] = [];
  let root = "";
  for (const line of document.split("\n")) {
    root = /^## (\w+)$/.exec(line)?.[1] ?? root;
    const cells = line.split("|").map((cell) => cell.trim());
    const [, field = "", needs = "", ...marks] = cells;
    if (cells.length !== 8 || field === "field" || field.startsWith("-")) continue;
    const allowed = Object.fromEntries(CALLERS.map((caller, index) => [caller, marks[index] === "yes"]));
    rows.push({ root, field, needs, allowed });
  }
  return rows;
}

const rows = rowsOf(committed);
const typeOf = (root: string) => contract.getType(root) as GraphQLObjectType;
const cases = rows.flatMap((row) => CALLERS.map((caller) => ({ ...row, caller, may: row.allowed[caller]! })));

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

test("the committed table is the one that the rules make", () => {
  expect(accessDocument(buildSchema().access)).toBe(committed);
});

test("the table has a row for every root field of the contract and no other", () => {
  const fields = ["Query", "Mutation", "Subscription"].flatMap((root) =>
    Object.keys(typeOf(root).getFields()).map((field) => `${root}.${field}`),
  );
  expect(rows.map((row) => `${row.root}.${row.field}`).toSorted()).toEqual(fields.toSorted());
});

test("strangers reach the public list and nothing else", () => {
  const open = rows.filter((row) => row.allowed.ANONYMOUS).map((row) => `${row.root}.${row.field}`);
  expect(open).toEqual(["Mutation.refreshSession", "Mutation.signIn", "Mutation.signOut"]);
});

/** What a refusal looks like to each kind of caller. */
function refusalOf(caller: Caller, needs: string, field: string) {
  if (caller === "ANONYMOUS") return { path: [field], extensions: { code: "UNAUTHENTICATED" } };
  const roles = rolesWith(needs as Permission);
  const grantedBy = [{ id: api.people.ADMIN.userId, name: "Test ADMIN", email: api.people.ADMIN.email }];
  const permission = permissionEnumName(needs as Permission);
  const explain = { permission, roles, scope: "ROLE", grantedBy };
  return { path: [field], extensions: { code: "FORBIDDEN", explain } };
}

const denials = () =>
  api.db.sql<{ targets: unknown; reason: string; actor: string; outcome: string }>(
    `select targets, reason_code as reason, actor_id as actor, outcome from event
     where action = 'auth.permission.denied' order by at, id`,
  );

describe("over HTTP", () => {
  const overHttp = cases.filter((row) => row.root !== "Subscription");

  test.each(overHttp.filter((row) => !row.may))(
    "$root.$field is refused to $caller, and nothing changes",
    async ({ root, field, needs, caller }) => {
      const speaker = await api.as(caller);
      const document = documentFor(root === "Query" ? "query" : "mutation", typeOf(root).getFields()[field]!);
      const before = [await checksum(api.db, ["event", "pending_event"]), await denials()] as const;
      const answer = await speaker.ask(document);
      expect(answer.errors).toEqual([expect.objectContaining(refusalOf(caller, needs, field))]);
      expect(Object.values(answer.data ?? {}).every((value) => value === null)).toBe(true);
      expect(answer.status).toBe(caller === "ANONYMOUS" ? 401 : 200);
      expect(await checksum(api.db, ["event", "pending_event"])).toBe(before[0]);
      const record =
        caller === "ANONYMOUS"
          ? []
          : [
              {
                targets: [{ type: "field", id: `${root}.${field}` }],
                reason: permissionEnumName(needs as Permission),
                actor: api.people[caller].userId,
                outcome: "DENIED",
              },
            ];
      expect(await denials()).toEqual([...before[1], ...record]);
    },
  );

  // signOut would end the session that the others need; it goes last.
  const allowed = overHttp
    .filter((row) => row.may)
    .toSorted((a, b) => Number(a.field === "signOut") - Number(b.field === "signOut"));

  test.each(allowed)("$root.$field is open to $caller", async ({ root, field, caller }) => {
    const speaker = await api.as(caller);
    const document = documentFor(root === "Query" ? "query" : "mutation", typeOf(root).getFields()[field]!);
    const answer = await speaker.ask(document);
    const codes = answer.errors.map((error) => error.extensions.code);
    expect(answer.status).toBe(200);
    // Dummy arguments may name nothing or break a rule; the way there is open, and nothing breaks.
    expect(codes.filter((code) => !["NOT_FOUND", "BAD_USER_INPUT"].includes(code))).toEqual([]);
  });
});

describe("over the websocket", () => {
  const subscriptions = cases.filter((row) => row.root === "Subscription");

  test("a stranger is closed with 4403 before anything can be asked", async () => {
    const socket = await TestSocket.open(api.url);
    socket.send({ type: "connection_init" });
    expect(await socket.closed).toEqual({ code: 4403, reason: "Forbidden" });
    expect(socket.messages).toEqual([]);
  });

  test.each(subscriptions.filter((row) => !row.may && row.caller !== "ANONYMOUS"))(
    "Subscription.$field is refused to $caller when it is opened",
    async ({ field, needs, caller }) => {
      const socket = await connectAs(caller);
      const id = socket.subscribe(documentFor("subscription", typeOf("Subscription").getFields()[field]!));
      expect(await socket.refusal(id)).toEqual([expect.objectContaining(refusalOf(caller, needs, field))]);
      expect(socket.events(id)).toEqual([]);
      await socket.close();
    },
  );

  test.each(subscriptions.filter((row) => row.may))(
    "Subscription.$field is open to $caller",
    async ({ field, caller }) => {
      const socket = await connectAs(caller);
      const id = socket.subscribe(documentFor("subscription", typeOf("Subscription").getFields()[field]!));
      const first = await socket.until((message) => message.id === id);
      const text = JSON.stringify(first);
      expect(text).not.toMatch(/FORBIDDEN|UNAUTHENTICATED|INTERNAL_SERVER_ERROR/);
      await socket.close();
    },
  );
});

/** The matrix above has signed these people out; each gets a session of this moment. */
async function connectAs(caller: Caller): Promise<TestSocket> {
  if (caller === "ANONYMOUS") throw new TypeError("A stranger has no socket");
  await api.db.sql("update session set revoked_at = null where id = $1", [api.people[caller].sessionId]);
  return TestSocket.connect(api.url, (await api.as(caller)).authorization);
}
