import { readFileSync } from "node:fs";
import { buildSchema as parseSchema, type GraphQLObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessDocument } from "../../schema/access/access-document.js";
import { buildSchema } from "../../schema/build-schema.js";
import type { Role } from "../../domain/access/roles.js";
import { checksum, startApi, type Api, type WireError } from "../support/api.js";
import { AUDIT_CHANNEL, JOBS_CHANNEL, type AuditHint, type JobHint } from "../../domain/channels.js";
import { documentFor } from "../support/documents.js";
import { eventually } from "../support/eventually.js";
import { chore, enqueue } from "../support/jobs.js";
import { TestSocket } from "../support/socket.js";
import { CALLERS, callersOf, verdictOf, type CallerName, type WireCaller } from "./support/callers.js";
import { NEEDS, permissionsOf } from "./support/domain-table.js";
import { expectedOf, faultOf } from "./support/judge.js";
import { seal } from "../audit/proof-support.js";

const committed = readFileSync("schema/access.md", "utf8");
const contract = parseSchema(readFileSync("schema/schema.graphql", "utf8"));
const typeOf = (root: string) => contract.getType(root) as GraphQLObjectType;
const fields = ["Query", "Mutation", "Subscription"].flatMap((root) =>
  Object.keys(typeOf(root).getFields()).map((field) => `${root}.${field}`),
);
const cells = CALLERS.flatMap((caller) => fields.map((name) => ({ name, caller })));

let api: Api;
let callers: Readonly<Record<CallerName, WireCaller>>;
beforeAll(async () => {
  // Everybody is refused more often than anybody may be in a minute.
  api = await startApi({ countsRefusals: false });
  callers = await callersOf(api);
});
afterAll(() => api.close());

/** Each caller has an address of its own: guessing at somebody's is slowed down, which is not what is tried here. */
function documentOf(name: string, caller: CallerName): string {
  const [root, field] = name.split(".") as [string, string];
  const operation = root.toLowerCase() as "query" | "mutation" | "subscription";
  const document = documentFor(operation, typeOf(root).getFields()[field]!);
  return document.replaceAll("someone@example.org", `${caller.toLowerCase()}@guess.example`);
}

describe("the reviewed table", () => {
  test("is the one that the rules make", () => {
    expect(accessDocument(buildSchema().access)).toBe(committed);
  });

  test("knows every root field of the contract and no other, as the domain model does", () => {
    expect([...NEEDS.keys()].toSorted()).toEqual(fields.toSorted());
    expect(
      rowsOf(committed)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(fields.toSorted());
  });

  test("asks for what the domain model asks for, and gives it to the same roles", () => {
    for (const { name, needs, marks } of rowsOf(committed)) {
      const need = NEEDS.get(name)!;
      const has = (["ADMIN", "MANAGER", "USER"] as const).map((role) => mayAsk(name, role));
      expect({ name, needs, marks }).toEqual({ name, needs: need, marks: [need === "public", ...has] });
    }
  });

  test("lets strangers reach the public list and nothing else", () => {
    const open = rowsOf(committed).flatMap(({ name, marks }) => (marks[0] ? [name] : []));
    expect(open).toEqual([
      "Mutation.acceptInvitation",
      "Mutation.refreshSession",
      "Mutation.requestPasswordReset",
      "Mutation.resetPassword",
      "Mutation.signIn",
      "Mutation.signOut",
    ]);
  });
});

function rowsOf(document: string) {
  let root = "";
  return document.split("\n").flatMap((line) => {
    root = /^## (\w+)$/.exec(line)?.[1] ?? root;
    const [, field = "", needs = "", ...marks] = line.split("|").map((cell) => cell.trim());
    if (marks.length !== 5 || field === "field" || field.startsWith("-")) return [];
    return [{ name: `${root}.${field}`, needs, marks: marks.slice(0, 4).map((mark) => mark === "yes") }];
  });
}

const denials = () =>
  api.db.sql<{ targets: unknown; reason: string; actor: string; outcome: string }>(
    `select targets, reason_code as reason, actor_id as actor, outcome from event
     where action = 'auth.permission.denied' order by at, id`,
  );

describe("over HTTP", () => {
  const overHttp = cells.filter(({ name }) => !name.startsWith("Subscription."));
  const isRefused = ({ name, caller }: (typeof cells)[number]) =>
    ["ANONYMOUS", "SUSPENDED"].includes(caller)
      ? NEEDS.get(name) !== "public"
      : !mayAsk(name, caller === "STRANGER" ? "MANAGER" : (caller as Role));
  const tried: string[] = [];
  let untouched: string;
  let records: object[] = [];
  beforeAll(async () => {
    untouched = await checksum(api.db, RECORDS);
  });

  // Before anything that succeeds: then one checksum is that of all of them.
  test.each(overHttp.filter(isRefused))(
    "$name is refused to $caller, and nothing changes",
    async ({ name, caller }) => {
      const asking = callers[caller];
      const { errors, data, status } = await asking.speaker.ask(documentOf(name, caller));
      expect(expectedOf(name, asking).answer).not.toBe("reached");
      expect(faultOf(name, asking, verdictOf(errors))).toBeNull();
      expect(status).toBe(asking.isSignedIn ? 200 : 401);
      expect(errors[0]!.path).toEqual([name.split(".")[1]]);
      expect(Object.values(data ?? {}).every((value) => value === null)).toBe(true);
      expect(await checksum(api.db, RECORDS)).toBe(untouched);
      if (asking.isSignedIn) {
        records = [...records, recordOf(name, asking)];
        expect(grantersOf(errors[0]!)).toEqual(
          [api.people.ADMIN.email, callers.ADMIN.user!.email].toSorted(),
        );
      }
      expect(await denials()).toEqual(records);
      tried.push(`${name} ${caller}`);
    },
  );

  // What ends the caller's own session goes last.
  const ends = ({ name }: (typeof cells)[number]) => (/\.(signOut|revokeSessions?)$/.test(name) ? 1 : 0);
  const open = overHttp.filter((cell) => !isRefused(cell)).toSorted((a, b) => ends(a) - ends(b));

  test.each(open)("$name is open to $caller", async ({ name, caller }) => {
    const asking = callers[caller];
    const { errors, status } = await asking.speaker.ask(documentOf(name, caller));
    expect(faultOf(name, asking, verdictOf(errors))).toBeNull();
    expect(status).toBe(200);
    tried.push(`${name} ${caller}`);
  });

  test("every root field but subscriptions was tried by everybody", () => {
    const count = fields.filter((name) => !name.startsWith("Subscription.")).length * CALLERS.length;
    expect(new Set(tried).size).toBe(count);
  });
});

/** What a refusal may write. */
const RECORDS = ["event", "pending_event"];

function mayAsk(name: string, role: Role): boolean {
  const need = NEEDS.get(name)!;
  return need === "public" || need === "signedIn" || permissionsOf(role).has(need);
}

/** A refusal is on record when somebody is there to be named. */
function recordOf(name: string, asking: WireCaller): object {
  return {
    targets: [{ type: "field", id: name }],
    reason: expectedOf(name, asking).permission,
    actor: asking.user!.userId,
    outcome: "DENIED",
  };
}

function grantersOf({ extensions }: WireError): string[] {
  const { grantedBy } = extensions.explain as { grantedBy: { email: string }[] };
  return grantedBy.map(({ email }) => email).toSorted();
}

describe("over the websocket", () => {
  const subscriptions = cells.filter(({ name }) => name.startsWith("Subscription."));
  const isOutside = (caller: CallerName) => caller === "ANONYMOUS" || caller === "SUSPENDED";

  test.each(CALLERS.filter((caller) => isOutside(caller)))(
    "%s is closed with 4403 before anything can be asked",
    async (caller) => {
      const socket = await TestSocket.open(api.url);
      const { authorization } = callers[caller].speaker;
      socket.send({ type: "connection_init", payload: authorization ? { authorization } : undefined });
      expect(await socket.closed).toEqual({ code: 4403, reason: "Forbidden" });
      expect(socket.messages).toEqual([]);
    },
  );

  test.each(subscriptions.filter(({ caller }) => !isOutside(caller)))(
    "$name answers $caller as the domain model says when it is opened",
    async ({ name, caller }) => {
      const asking = callers[caller];
      // The last of the mutations have signed them out.
      await api.db.sql("update session set revoked_at = null where id = $1", [asking.user!.sessionId]);
      const socket = await TestSocket.connect(api.url, asking.speaker.authorization);
      const id = socket.subscribe(documentOf(name, caller));
      const isReached = expectedOf(name, asking).answer === "reached";
      // Nothing is sent to somebody who waits for their first notification.
      const isQuiet = isReached && name === "Subscription.notifications";
      if (isQuiet) await notified(asking, socket, id);
      if (isReached && name === "Subscription.jobUpdated") await jobMoved(socket, id);
      if (isReached && name === "Subscription.auditAppended") await appended(asking, socket, id);
      const first = await socket.until((message) => message.id === id);
      const errors = first.type === "error" ? (first.payload as Parameters<typeof verdictOf>[0]) : [];
      expect(faultOf(name, asking, verdictOf(errors))).toBeNull();
      if (!isReached) expect(socket.events(id)).toEqual([]);
      await socket.close();
    },
  );

  async function appended({ user }: WireCaller, socket: TestSocket, id: string): Promise<void> {
    // Until the stream is open, what is new would be old to it: write again and again.
    for (let times = 0; times < 50 && socket.events(id).length === 0; times += 1) {
      await user!.op.record("auth.logout", { targets: [] });
      while ((await seal(api.db))!.count > 0);
      api.bus.publish(AUDIT_CHANNEL, { chainId: api.tenantId, lastSeq: times } satisfies AuditHint);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function jobMoved(socket: TestSocket, id: string): Promise<void> {
    const jobId = await enqueue(api.db.database, chore, { name: "moved", ms: 0 }, { tenantId: api.tenantId });
    const hint: JobHint = { jobId, queue: "campaigns" };
    await eventually(
      () => {
        api.bus.publish(JOBS_CHANNEL, hint);
        return socket.messages.some((message) => message.id === id);
      },
      Boolean,
      8000,
    );
  }

  async function notified({ user }: WireCaller, socket: TestSocket, id: string): Promise<void> {
    // Until the stream is open, what is new would be old to it: tell again and again.
    for (let times = 0; times < 50 && socket.events(id).length === 0; times += 1) {
      await api.db.sql(
        `insert into notification (id, tenant_id, user_id, kind, title, detail) values (uuid_v7(), $1, $2, 'REFUSALS', 'a', 'b')`,
        [api.tenantId, user!.userId],
      );
      api.bus.publish(`person:${user!.userId}`, { userId: user!.userId });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
