import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTeam } from "../../domain/teams/index.js";
import { statement, type UnitOfWork } from "../../domain/operation.js";
import { checksumBesideRefusals, startApi, type Api } from "../support/api.js";
import { eventually } from "../support/eventually.js";
import { mutationWorld, type MutationWorld } from "../support/mutation-cases.js";
import { MUTATIONS, mutationDocument } from "../support/mutation-documents.js";
import { PUBLIC_URL } from "../support/transactional-mail.js";

let api: Api;
let world: MutationWorld;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
  world = await mutationWorld(api);
});
afterAll(() => api.close());

interface Answered {
  readonly answer: { readonly __typename: string };
}
const NAMES = MUTATIONS.map(({ name }) => name);
const keys = () => api.db.sql<{ result: unknown }>("select result from idempotency_record");
const events = async () => (await api.db.sql("select id from event")).length;
/** Its own caller makes each of these, so their keys are told apart by what they bring. */
const CALLED_BY_INPUT = ["refreshSession", "requestPasswordReset", "signOut"];

test("AP-05 every mutation takes an idempotency key", () => {
  expect(NAMES.length).toBeGreaterThanOrEqual(34);
  for (const { name, args } of MUTATIONS)
    expect(String(args.find((argument) => argument.name === "idempotencyKey")?.type), name).toBe("String");
});

describe.each(NAMES)("AP-05 %s", (name) => {
  test("done twice with one key it is done once, and answered the same; with another input it is a conflict", async () => {
    const { variables, other, headers } = await world.prepare(name);
    const document = mutationDocument(name);
    const idempotencyKey = randomUUID();
    const call = (given: object) => world.call<Answered>(document, { ...given, idempotencyKey }, headers);
    const [keysBefore, eventsBefore] = [(await keys()).length, await events()];
    const first = await call(variables);
    expect(first.errors).toEqual([]);
    expect(first.data!.answer.__typename).toBe(`${name[0]!.toUpperCase()}${name.slice(1)}Success`);
    // A reset is written down after its answer.
    await eventually(keys, (rows) => rows.length === keysBefore + 1);
    // A refresh is on record when it was none of theirs, and reading is one's own affair.
    const silent = ["markNotificationsRead", "refreshSession"].includes(name);
    expect((await events()) - eventsBefore).toBe(silent ? 0 : 1);

    const after = await checksumBesideRefusals(api.db);
    const second = await call(variables);
    expect(second.data).toEqual(first.data);
    expect(await checksumBesideRefusals(api.db)).toBe(after);

    if (other === null) return expect(CALLED_BY_INPUT).toContain(name);
    const third = await call(other);
    if (name === "signIn") expect(third.data!.answer.__typename).toBe("InvalidCredentials");
    else
      expect(third.data!.answer).toMatchObject({
        __typename: "Conflict",
        code: "CONFLICT",
        message: "This idempotencyKey was used for another input; use a new key.",
        path: ["idempotencyKey"],
      });
    const failures = name === "signIn" ? ["event", "pending_event"] : [];
    if (failures.length === 0) expect(await checksumBesideRefusals(api.db)).toBe(after);
    return expect((await keys()).length).toBe(keysBefore + 1);
  });
});

test("what a key remembers is ids and counts, nothing of a person and no secret", async () => {
  const rows = await keys();
  expect(rows.length).toBeGreaterThanOrEqual(NAMES.length);
  const texts = rows.map(({ result }) => JSON.stringify(result));
  expect(texts.filter((text) => /@|Test |\$argon2|[\w-]{43}/.test(text))).toEqual([]);
});

const CREATE = mutationDocument("createCampaign");
const TEAM = mutationDocument("createTeam");
const teamsNamed = (name: string) => api.db.sql("select id from team where name = $1", [name]);

test("AP-05 a hundred at the same moment with one key make one campaign and get a hundred equal answers", async () => {
  const { variables } = await world.prepare("createCampaign");
  const count = async () => (await api.db.sql("select id from campaign")).length;
  const before = [await count(), await events()];
  const given = { ...variables, idempotencyKey: randomUUID() };
  const answers = await Promise.all(Array.from({ length: 100 }, () => world.call<Answered>(CREATE, given)));
  expect(answers[0]!.data!.answer.__typename).toBe("CreateCampaignSuccess");
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect([await count(), await events()]).toEqual([before[0]! + 1, before[1]! + 1]);
});

test("a key is its owner's: two people use the same one, each for a thing of their own", async () => {
  const idempotencyKey = randomUUID();
  const headers = { authorization: (await api.as("MANAGER")).authorization! };
  const [mine, theirs] = [await world.prepare("createCampaign"), await world.prepare("createCampaign")];
  const one = await world.call<Answered>(CREATE, { ...mine.variables, idempotencyKey });
  const two = await world.call<Answered>(CREATE, { ...theirs.variables, idempotencyKey }, headers);
  expect([one, two].map(({ data }) => data!.answer.__typename)).toEqual(
    Array(2).fill("CreateCampaignSuccess"),
  );
  expect(two.text).not.toBe(one.text);
});

test("a key that was used for one mutation is a conflict at another", async () => {
  const idempotencyKey = randomUUID();
  await world.call(TEAM, { input: { name: `Team ${randomUUID()}` }, idempotencyKey });
  const { variables } = await world.prepare("createCampaign");
  const before = await checksumBesideRefusals(api.db);
  const { data } = await world.call<Answered>(CREATE, { ...variables, idempotencyKey });
  expect(data!.answer).toMatchObject({ __typename: "Conflict", path: ["idempotencyKey"] });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("what failed is not remembered: the same key does it once its input is mended", async () => {
  const idempotencyKey = randomUUID();
  const name = `Team ${randomUUID()}`;
  const before = await checksumBesideRefusals(api.db);
  const failed = await world.call<Answered>(TEAM, { input: { name: "" }, idempotencyKey });
  expect(failed.data!.answer.__typename).toBe("InvalidInput");
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  const done = await world.call<Answered>(TEAM, { input: { name }, idempotencyKey });
  expect(done.data!.answer.__typename).toBe("CreateTeamSuccess");
});

test.each(["", "x".repeat(201), "nul\u0000"])("%j is no key, and nothing is done", async (idempotencyKey) => {
  const before = await checksumBesideRefusals(api.db);
  const { data } = await world.call<Answered>(TEAM, { input: { name: "Team" }, idempotencyKey });
  expect(data!.answer).toMatchObject({ __typename: "InvalidInput", path: ["idempotencyKey"] });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

const OWN_CONNECTION = statement<{ pid: number }>("own_connection", "select pg_backend_pid() as pid");

test("when the connection dies between the change and its commit nothing is kept, and a retry does it once", async () => {
  const { op } = api.people.ADMIN;
  const [name, idempotencyKey] = [`Team ${randomUUID()}`, randomUUID()];
  const dying = {
    ...createTeam,
    async run(inside: UnitOfWork, input: { name: string }) {
      const made = await createTeam.run(inside, input);
      const [own] = await inside.query(OWN_CONNECTION);
      await api.db.sql("select pg_terminate_backend($1)", [own!.pid]);
      return made;
    },
  };
  const before = await checksumBesideRefusals(api.db);
  await expect(op.run(dying, { name }, { idempotencyKey })).rejects.toThrow();
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  const count = await events();
  const made = await op.run(createTeam, { name }, { idempotencyKey });
  expect(await op.run(createTeam, { name }, { idempotencyKey })).toEqual(made);
  expect(await teamsNamed(name)).toEqual([{ id: made.teamId }]);
  expect(await events()).toBe(count + 1);
});

test("when the database drops a request half-way its sender is told, and the same call again does it once", async () => {
  const [name, idempotencyKey] = [`Team ${randomUUID()}`, randomUUID()];
  const before = await checksumBesideRefusals(api.db);
  const keeper = await api.db.database.pool.connect();
  await keeper.query("begin; lock table event in exclusive mode");
  const call = () => world.call<Answered>(TEAM, { input: { name }, idempotencyKey });
  const lost = call();
  const waiting = await eventually(
    () =>
      api.db.sql<{ pid: number }>(
        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      ),
    (rows) => rows.length === 1,
  );
  await api.db.sql("select pg_terminate_backend($1)", [waiting[0]!.pid]);
  await keeper.query("rollback");
  keeper.release();
  expect((await lost).errors[0]!.extensions.code).toBe("UNAVAILABLE");
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  const [again, third] = [await call(), await call()];
  expect(again.data!.answer.__typename).toBe("CreateTeamSuccess");
  expect(third.text).toBe(again.text);
  expect(await teamsNamed(name)).toHaveLength(1);
});
