import { hostname } from "node:os";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "../../domain/access/roles.js";
import type { Id } from "../../domain/ids.js";
import { answerOf, startApi, type Answer, type Api, type Caller, type Speaker } from "../support/api.js";
import { makeTeam, makeTenant, makeUser } from "../support/database.js";
import { KNOWN_SECRET } from "../support/forge.js";
import { Fuzzer, type FuzzDocument, type RootKind } from "../support/fuzz-documents.js";
import { diceArbitrary, LEAK } from "../support/fuzz-values.js";
import { SCHEMA } from "../support/mutation-documents.js";
import { TestSocket } from "../support/socket.js";

/** Another one may be tried: FUZZ_SEED=7 npx vitest run tests/server/fuzz.test.ts */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_125);
const DOCUMENTS_A_CALLER = 330;
const DOCUMENTS_A_SOCKET = 24;
const SOCKETS_A_ROLE = 5;
const AT_ONCE = 10;
const HTTP_KINDS = [
  "query",
  "mutation",
  "query",
  "mutation",
  "query",
  "mutation",
  "mutation",
  "subscription",
] as const;
/** What a header may hold and an id may not. */
const GARBAGE = [
  "",
  "no id",
  "'; drop table event; --",
  "\u00e9\u00ff",
  "{{ 7 | times: 7 }}",
  "x".repeat(4000),
];
/** What an answer's errors may be called. */
const CODES: ReadonlySet<string> = new Set([
  "BAD_REQUEST",
  "BAD_USER_INPUT",
  "CONFLICT",
  "FORBIDDEN",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "INVALID_TRANSITION",
  "LAST_ADMIN",
  "NOT_FOUND",
  "OPERATION_RESOLUTION_FAILURE",
  "QUERY_TOO_COMPLEX",
  "RATE_LIMITED",
  "TOO_MANY_SUBSCRIPTIONS",
  "UNAUTHENTICATED",
]);

let api: Api;
let fuzzer: Fuzzer;
let bystander: Id;
let bystanderUser: Id;
/** Everything that belongs to an organisation which nobody of this test is in. */
let bystanders: string;
beforeAll(async () => {
  api = await startApi({ environment: { JWT_SECRET: KNOWN_SECRET } });
  bystander = await makeTenant(api.db.database);
  bystanderUser = (await makeUser(api.db.database, { tenantId: bystander })).userId;
  const theirs = await furnish(bystander);
  bystanders = await rowsOf(bystander);
  fuzzer = new Fuzzer(SCHEMA, [...(await furnish(api.tenantId)), ...theirs, "", "0", crypto.randomUUID()]);
});
afterAll(() => api.close());

/** Makes one of everything and answers the ids. */
async function furnish(tenantId: Id): Promise<string[]> {
  const teamId = await makeTeam(api.db.database, tenantId);
  const user = await makeUser(api.db.database, { tenantId, teamIds: [teamId] });
  const admin = api.withHeader(`Bearer ${await api.tokenOf(user)}`);
  const csv = "email,first_name\nann@example.org,Ann\nbob@example.org,Bob\nbad,Row\n";
  const { data } = await admin.ask<Record<string, Record<string, { id: string }>>>(
    `mutation ($lead: CreateLeadInput!, $import: StartImportInput!, $invite: InviteUserInput!) {
      createLead(input: $lead) { ... on CreateLeadSuccess { lead { id } } }
      startImport(input: $import) { ... on StartImportSuccess { import { id } } }
      inviteUser(input: $invite) { ... on InviteUserSuccess { user { id } } } }`,
    {
      lead: { email: "ada@example.org", firstName: "Ada", customFields: { plan: "pro" } },
      import: { csv, listName: "Fuzz" },
      invite: { email: `invited-${tenantId}@example.org`, role: "USER" },
    },
  );
  const ids = Object.values(data!).flatMap((member) => Object.values(member).map(({ id }) => id));
  const campaign = await admin.ask<{ createCampaign: { campaign: { id: string; steps: { id: string }[] } } }>(
    `mutation ($input: CreateCampaignInput!) {
      createCampaign(input: $input) { ... on CreateCampaignSuccess { campaign { id steps { id } } } } }`,
    {
      input: {
        name: "Fuzz",
        fromName: "Fuzz",
        fromEmail: "fuzz@example.org",
        steps: [{ delayMinutes: 0, subject: "Hello {{ first_name }}", html: "<p>Hello</p>" }],
        audience: { leadIds: [ids[0]] },
      },
    },
  );
  const made = campaign.data!.createCampaign.campaign;
  return [...ids, made.id, ...made.steps.map(({ id }) => id), teamId, user.userId, user.sessionId];
}

/** A checksum of every row of an organisation. */
async function rowsOf(tenantId: Id): Promise<string> {
  const tables = await api.db.sql<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'tenant_id' order by 1`,
  );
  expect(tables.length).toBeGreaterThan(10);
  const sums: string[] = [];
  for (const { name } of tables) {
    const [row] = await api.db.sql<{ sum: string }>(
      `select md5(string_agg(t::text, '|' order by t::text)) as sum from "${name}" t where tenant_id = $1`,
      [tenantId],
    );
    sums.push(`${name}: ${row!.sum}`);
  }
  return sums.join("\n");
}

/** Documents often end the session they run in; so every few of them come from somebody new. */
async function somebody(caller: Caller): Promise<Speaker & { readonly userId: Id | null }> {
  if (caller === "ANONYMOUS") return { ...api.withHeader(undefined), userId: null };
  const user = await makeUser(api.db.database, { tenantId: api.tenantId, role: caller });
  return { ...api.withHeader(`Bearer ${await api.tokenOf(user)}`), userId: user.userId };
}

/** Through whose eyes every ninth document looks: one's own, a colleague's, a stranger's, or what is no id at all. */
function eyesFor(at: number, own: Id | null): string | null {
  if (at % 9 !== 8) return null;
  const eyes = [
    own ?? "",
    api.people.USER.userId,
    api.people.ADMIN.userId,
    bystanderUser,
    crypto.randomUUID(),
    ...GARBAGE,
  ];
  return eyes[Math.floor(at / 9) % eyes.length]!;
}

function documents(count: number, salt: number, kindOf: (at: number) => RootKind): FuzzDocument[] {
  const dice = fc.sample(diceArbitrary, { seed: SEED + salt, numRuns: count });
  return dice.map((each, at) => fuzzer.document(each, kindOf(at)));
}

const secrets = () => [
  process.cwd(),
  KNOWN_SECRET,
  new URL(api.db.url).pathname.slice(1),
  api.db.url,
  hostname() + ".",
];

/** What is wrong with an answer; null when nothing is. */
function faultOf({
  status,
  text,
  data,
  errors,
}: Pick<Answer, "status" | "text" | "data" | "errors">): string | null {
  if (status >= 500) return `status ${status}`;
  const leak = LEAK.exec(text)?.[0] ?? secrets().find((secret) => text.includes(secret));
  if (leak) return `it tells ${JSON.stringify(leak)}`;
  if (data === undefined && errors.length === 0) return "neither data nor errors";
  for (const error of errors) {
    const code = error.extensions?.code;
    if (typeof error.message !== "string" || error.message === "") return "an error without a message";
    if (!CODES.has(code)) return `an error with the code ${code}`;
  }
  return null;
}

const report = (fault: string, at: number, document: FuzzDocument, answer: unknown): string =>
  `${fault}\nseed ${SEED}, document ${at}: ${JSON.stringify(document)}\nanswer: ${JSON.stringify(answer).slice(0, 1500)}`;

test.each(["ANONYMOUS", "USER", "MANAGER", "ADMIN"] as const)(
  "660 documents of %s over HTTP: no 5xx, nothing of the inside, and every refusal has a name",
  { timeout: 150_000 },
  async (caller) => {
    const salt = ["ANONYMOUS", "USER", "MANAGER", "ADMIN"].indexOf(caller);
    const all = documents(DOCUMENTS_A_CALLER, salt, (at) => HTTP_KINDS[at % 8]!);
    const faults: string[] = [];
    let asked = 0;
    let run = 0;
    for (let from = 0; from < all.length; from += AT_ONCE) {
      const speaker = await somebody(caller);
      const batch = all.slice(from, from + AT_ONCE).map(async (document, offset) => {
        const eyes = eyesFor(from + offset, speaker.userId);
        const response = await speaker.fetch("/graphql", {
          method: "POST",
          headers: { "content-type": "application/json", ...(eyes !== null && { "x-view-as": eyes }) },
          body: JSON.stringify(document),
        });
        const answer = await answerOf(response);
        // For a stranger the header changes nothing.
        const isPlain = eyes === null || caller === "ANONYMOUS";
        if (isPlain) asked += 1;
        if (isPlain && answer.data !== undefined) run += 1;
        const fault = faultOf(answer);
        if (fault) faults.push(report(fault, from + offset, document, answer.text));
      });
      await Promise.all(batch);
    }
    expect(faults.slice(0, 5)).toEqual([]);
    // Enough are good enough to be run; otherwise this would only test the parser.
    expect(run).toBeGreaterThan(asked * 0.4);
  },
);

describe("over the websocket", () => {
  test.each(["USER", "MANAGER", "ADMIN"] as const)(
    "120 documents of %s: no socket breaks, nothing of the inside, and every refusal has a name",
    { timeout: 60_000 },
    async (role: Role) => {
      const kinds = ["subscription", "subscription", "query", "mutation"] as const;
      const salt = 100 + ["USER", "MANAGER", "ADMIN"].indexOf(role);
      const all = documents(DOCUMENTS_A_SOCKET * SOCKETS_A_ROLE, salt, (at) => kinds[at % 4]!);
      const faults: string[] = [];
      for (let from = 0; from < all.length; from += DOCUMENTS_A_SOCKET) {
        const { authorization } = await somebody(role);
        const socket = await TestSocket.connect(api.url, authorization);
        for (const { query, variables } of all.slice(from, from + DOCUMENTS_A_SOCKET)) {
          const id = socket.subscribe(query, variables);
          // Enough for a refusal or a first event; some wait for something to happen and say nothing.
          await socket.until((message) => message.id === id, 60).catch(() => socket.complete(id));
        }
        expect(socket.raw.readyState).toBe(socket.raw.OPEN);
        for (const message of socket.messages.filter(({ id }) => id !== undefined)) {
          const payload = message.payload as { data?: Record<string, unknown>; errors?: never[] };
          const errors = message.type === "error" ? (message.payload as never[]) : (payload?.errors ?? []);
          const data = message.type === "complete" ? {} : payload?.data;
          const fault = faultOf({ status: 200, text: JSON.stringify(message), data, errors });
          const at = from + Number(message.id!.slice(3)) - 1;
          if (fault) faults.push(report(fault, at, all[at]!, message));
        }
        await socket.close();
      }
      expect(faults.slice(0, 5)).toEqual([]);
    },
  );
});

test("afterwards the server answers, has logged no error, and nothing of another organisation has changed", async () => {
  const admin = await somebody("ADMIN");
  expect((await admin.ask("{ me { role } }")).data).toEqual({ me: { role: "ADMIN" } });
  const errors = api.logLines.filter((line) => /"level":[56]0/.test(line));
  expect(errors.map((line) => line.slice(0, 800))).toEqual([]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(await rowsOf(bystander)).toBe(bystanders);
});
