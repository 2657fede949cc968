import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checksum, checksumBesideRefusals, startApi, type Answer, type Api } from "../support/api.js";
import { entriesOf } from "../support/audit-entries.js";
import { makeTenant, makeUser } from "../support/database.js";
import { mutationWorld, type MutationWorld } from "../support/mutation-cases.js";
import { mutationDocument } from "../support/mutation-documents.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";
import { PUBLIC_URL } from "../support/transactional-mail.js";

let api: Api;
let world: MutationWorld;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
  world = await mutationWorld(api);
});
afterAll(() => api.close());

interface Told {
  readonly answer: { readonly __typename: string; readonly code?: string };
}
type Headers = Readonly<Record<string, string>>;
const BROWSER = "Refused/1.0";

async function call(name: string, variables: object, headers: Headers = {}): Promise<Answer<Told>> {
  return world.call<Told>(mutationDocument(name), variables, { "user-agent": BROWSER, ...headers });
}
const requestOf = ({ headers }: Pick<Answer, "headers">) => headers.get("x-request-id")!;
const left = async (answer: Pick<Answer, "headers">) => {
  const entries = await entriesOf(api.db, requestOf(answer));
  return entries.map(({ action, outcome, reason, targets }) => ({ action, outcome, reason, targets }));
};
async function campaign(...done: string[]): Promise<string> {
  const { variables } = await world.prepare("createCampaign");
  const made = await call("createCampaign", variables);
  const { id } = (made.data!.answer as unknown as { campaign: { id: string } }).campaign;
  for (const name of done) expect((await call(name, { id })).data!.answer.code).toBeUndefined();
  return id;
}

/** The call is refused, nothing but the entry is left, and the entry is this. */
async function refused(
  code: string,
  entry: { action: string; targets: readonly object[] },
  ask: () => Promise<Answer<Told>>,
): Promise<Answer<Told>> {
  const before = await checksumBesideRefusals(api.db);
  const answer = await ask();
  expect(answer.errors[0]?.extensions.code ?? answer.data!.answer.code).toBe(code);
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  expect(await left(answer)).toEqual([{ ...entry, outcome: "FAILED", reason: code }]);
  return answer;
}

test("AU-06 a launch by somebody who may not is on record with the permission that they lack", async () => {
  const id = await campaign();
  const before = await checksum(api.db, ["event", "pending_event"]);
  const answer = await call(
    "launchCampaign",
    { id },
    { authorization: (await api.as("USER")).authorization! },
  );
  expect(answer.errors[0]!.extensions.code).toBe("FORBIDDEN");
  expect(await checksum(api.db, ["event", "pending_event"])).toBe(before);
  expect(await entriesOf(api.db, requestOf(answer))).toEqual([
    {
      tenantId: api.tenantId,
      at: expect.any(String),
      action: "auth.permission.denied",
      actor: { kind: "USER", id: api.people.USER.userId, label: api.people.USER.email },
      onBehalfOf: null,
      targets: [{ type: "field", id: "Mutation.launchCampaign" }],
      outcome: "DENIED",
      reason: "CAMPAIGN_LAUNCH",
      changes: [],
      context: {
        requestId: requestOf(answer),
        ip: "127.0.0.1",
        userAgent: BROWSER,
        sessionId: api.people.USER.sessionId,
      },
    },
  ]);
});

test("AU-06 a launch that the campaign's state refuses is on record with who, from where and why", async () => {
  const id = await campaign("launchCampaign");
  const answer = await refused(
    "INVALID_TRANSITION",
    { action: "campaign.launched", targets: [{ type: "campaign", id }] },
    () => call("launchCampaign", { id }),
  );
  const [entry] = await entriesOf(api.db, requestOf(answer));
  const { userId, email, sessionId } = api.people.ADMIN;
  expect(entry).toMatchObject({
    tenantId: api.tenantId,
    actor: { kind: "USER", id: userId, label: email },
    context: { requestId: requestOf(answer), ip: "127.0.0.1", userAgent: BROWSER, sessionId },
  });
});

test("AU-06 so is one that is not ready", async () => {
  const id = await campaign();
  await api.db.sql(
    'update campaign set audience = \'{"listIds":[],"segmentIds":[],"leadIds":[]}\' where id = $1',
    [id],
  );
  await refused(
    "CAMPAIGN_NOT_READY",
    { action: "campaign.launched", targets: [{ type: "campaign", id }] },
    () => call("launchCampaign", { id }),
  );
});

test("what is another organisation's is on record where it was asked for, and nothing is there", async () => {
  const tenantId = await makeTenant(api.db.database);
  const other = await makeUser(api.db.database, { tenantId });
  const headers = { authorization: `Bearer ${await api.tokenOf(other)}` };
  const id = await campaign();
  const answer = await refused(
    "NOT_FOUND",
    { action: "campaign.launched", targets: [{ type: "campaign", id }] },
    () => call("launchCampaign", { id }, headers),
  );
  expect((await entriesOf(api.db, requestOf(answer)))[0]!.tenantId).toBe(tenantId);
});

test("the last administrator who would go is on record", async () => {
  const last = await makeUser(api.db.database);
  const { userId } = last;
  const headers = { authorization: `Bearer ${await api.tokenOf(last)}` };
  await refused("LAST_ADMIN", { action: "user.role.changed", targets: [{ type: "user", id: userId }] }, () =>
    call("assignRole", { userId, role: "USER" }, headers),
  );
});

test("L4 a refused call with an idempotency key is on record each time, and the key stays free", async () => {
  const { variables } = await world.prepare("createTeam");
  const { input } = variables as { input: { name: string } };
  await call("createTeam", { input });
  const idempotencyKey = randomUUID();
  const entry = { action: "team.created", targets: [] };
  for (let turn = 0; turn < 2; turn += 1)
    await refused("CONFLICT", entry, () => call("createTeam", { input, idempotencyKey }));
  expect(await api.db.sql("select from idempotency_record where key = $1", [idempotencyKey])).toEqual([]);
  const other = await call("createTeam", { input: { name: randomUUID() }, idempotencyKey });
  expect(other.data!.answer.__typename).toBe("CreateTeamSuccess");
  await refused("CONFLICT", entry, () => call("createTeam", { input, idempotencyKey }));
});

test("L4 a failed sign-in is on record, and the one that begins a wait; those that follow are not", async () => {
  const { email, userId, tenantId } = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  const signIn = (password: string) => call("signIn", { email, password }, { authorization: "" });
  const answers = [];
  for (let turn = 0; turn < 7; turn += 1) answers.push(await signIn("wrong"));
  const reasons = [
    "WRONG_PASSWORD",
    "WRONG_PASSWORD",
    "WRONG_PASSWORD",
    "WRONG_PASSWORD",
    "WRONG_PASSWORD",
    "RATE_LIMITED",
  ];
  const entries = await Promise.all(answers.map((answer) => entriesOf(api.db, requestOf(answer))));
  expect(entries.map(([entry]) => entry?.reason)).toEqual([...reasons, undefined]);
  for (const [entry] of entries.slice(0, 6))
    expect(entry).toMatchObject({
      tenantId,
      action: "auth.login.failed",
      outcome: "FAILED",
      actor: { kind: "ANONYMOUS", id: null, label: null },
      targets: [{ type: "user", id: userId }],
      context: { ip: "127.0.0.1", userAgent: BROWSER },
    });
});

test("L4 guesses at the password of an open screen are on record in the same way", async () => {
  const person = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  const headers = { authorization: `Bearer ${await api.tokenOf(person)}` };
  const entry = {
    action: "auth.password.changed",
    targets: [{ type: "user", id: person.userId, label: person.email }],
  };
  const guess = () =>
    call("changePassword", { currentPassword: "wrong", newPassword: "eleven white storks" }, headers);
  for (let turn = 0; turn < 5; turn += 1) await refused("INVALID_CREDENTIALS", entry, guess);
  await refused("RATE_LIMITED", entry, guess);
  expect(await left(await guess())).toEqual([]);
});

test("what is written wrongly is no attempt: it leaves nothing at all", async () => {
  const id = await campaign();
  const before = await checksum(api.db);
  const calls: [string, object][] = [
    ["updateCampaign", { input: { id, name: "" } }],
    ["createTeam", { input: { name: " " } }],
    ["suppress", { email: "nobody", reason: "MANUAL" }],
    ["createTeam", { input: { name: "Team" }, idempotencyKey: "" }],
  ];
  for (const [name, variables] of calls)
    expect((await call(name, variables)).data!.answer.__typename).toBe("InvalidInput");
  expect(await checksum(api.db)).toBe(before);
});

test("nor does what strangers bring: a link that is none, a cookie that is none", async () => {
  const before = await checksum(api.db);
  const nobody = { authorization: "" };
  const link = { token: "no link", password: GOOD_PASSWORD };
  for (const name of ["resetPassword", "acceptInvitation"])
    expect((await call(name, link, nobody)).data!.answer.code).toBe("INVALID_CREDENTIALS");
  expect((await call("refreshSession", {}, nobody)).data!.answer.code).toBe("INVALID_CREDENTIALS");
  expect(await checksum(api.db)).toBe(before);
});
