import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksumBesideRefusals, startApi, type Api } from "../support/api.js";
import { makeTenant, makeUser } from "../support/database.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const FIELDS = "id name signal threshold unit forSeconds isEnabled mutedUntil state lastValue version";
const CREATE = `mutation ($input: CreateAlertRuleInput!) { outcome: createAlertRule(input: $input) {
  __typename ... on CreateAlertRuleSuccess { alertRule { ${FIELDS} } } ... on Error { code path }
  ... on InvalidInput { issues { path rule value } } } }`;
const UPDATE = CREATE.replaceAll("createAlert", "updateAlert").replaceAll("CreateAlert", "UpdateAlert");
const MUTE = `mutation ($id: ID!, $until: DateTime) { outcome: muteAlertRule(id: $id, until: $until) {
  __typename ... on MuteAlertRuleSuccess { alertRule { ${FIELDS} } } ... on Error { code path }
  ... on InvalidInput { issues { path rule value } } } }`;

interface Outcome {
  readonly __typename: string;
  readonly alertRule?: { id: string; version: number };
}
async function ask(document: string, variables: object, caller = api.as("ADMIN")): Promise<Outcome> {
  const { data, errors } = await (await caller).ask<{ outcome: Outcome }>(document, variables);
  if (!data?.outcome) throw new Error(JSON.stringify(errors));
  return data.outcome;
}
const input = (more: object = {}) => ({
  name: `Rule ${Math.random()}`,
  signal: "DISK",
  threshold: 85,
  forSeconds: 120,
  ...more,
});

test("a rule is made, changed and muted, each on record with before and after", async () => {
  const made = await ask(CREATE, { input: input({ name: "  Disk is filling  " }) });
  expect(made.alertRule).toMatchObject({
    name: "Disk is filling",
    signal: "DISK",
    threshold: 85,
    unit: "%",
    forSeconds: 120,
    isEnabled: true,
    mutedUntil: null,
    state: "OK",
    lastValue: null,
    version: 1,
  });
  const { id } = made.alertRule!;
  const changed = await ask(UPDATE, { input: { id, threshold: 88, expectedVersion: 1 } });
  expect(changed.alertRule).toMatchObject({ threshold: 88, forSeconds: 120, version: 2 });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  expect((await ask(MUTE, { id, until })).alertRule).toMatchObject({ version: 3 });
  expect((await ask(MUTE, { id, until: null })).alertRule).toMatchObject({ mutedUntil: null, version: 4 });
  const changes = await api.db.sql<{ changes: { field: string }[] }>(
    "select changes from event where action = 'settings.updated' and targets -> 0 ->> 'id' = $1 order by id",
    [id],
  );
  expect(changes.map((row) => row.changes)).toEqual([
    expect.arrayContaining([{ field: "threshold", before: null, after: 85 }]),
    [{ field: "threshold", before: 85, after: 88 }],
    [{ field: "mutedUntil", before: null, after: until }],
    [{ field: "mutedUntil", before: until, after: null }],
  ]);
});

describe("is refused, naming field, rule and value, and changes nothing", () => {
  test.each([
    [{ name: " " }, "name", "non_empty", ""],
    [{ name: "x".repeat(101) }, "name", "max_length", "x".repeat(101)],
    [{ name: "two\nlines" }, "name", "check", "two\nlines"],
    [{ signal: "MOOD" }, "signal", "picklist", "MOOD"],
    [{ threshold: -1 }, "threshold", "min_value", "-1"],
    [{ threshold: 100 }, "threshold", "range", "100"],
    [{ signal: "OUTBOX_LAG", threshold: 604_800 }, "threshold", "range", "604800"],
    [{ forSeconds: -1 }, "forSeconds", "min_value", "-1"],
    [{ forSeconds: 86_401 }, "forSeconds", "max_value", "86401"],
  ])("%j", async (more, field, rule, value) => {
    const before = await checksumBesideRefusals(api.db);
    expect(await ask(CREATE, { input: input(more) })).toMatchObject({
      __typename: "InvalidInput",
      issues: [{ path: [field], rule, value }],
    });
    expect(await checksumBesideRefusals(api.db)).toBe(before);
  });

  test.each([
    ["that has passed", -1000],
    ["more than a year away", 367 * 86_400_000],
  ])("a mute until a time %s", async (_what, ms) => {
    const { alertRule } = await ask(CREATE, { input: input() });
    const before = await checksumBesideRefusals(api.db);
    const until = new Date(Date.now() + ms).toISOString();
    expect(await ask(MUTE, { id: alertRule!.id, until })).toMatchObject({
      __typename: "InvalidInput",
      issues: [{ path: ["until"], rule: "range", value: until }],
    });
    expect(await checksumBesideRefusals(api.db)).toBe(before);
  });

  test("a name that is taken, however it is spelt; another organisation may have it", async () => {
    await ask(CREATE, { input: input({ name: "Taken" }) });
    const before = await checksumBesideRefusals(api.db);
    expect(await ask(CREATE, { input: input({ name: "tAKEN" }) })).toMatchObject({
      __typename: "Conflict",
      path: ["name"],
    });
    expect(await checksumBesideRefusals(api.db)).toBe(before);
    const stranger = await makeUser(api.db.database, { tenantId: await makeTenant(api.db.database) });
    const speaker = Promise.resolve(api.withHeader(`Bearer ${await api.tokenOf(stranger)}`));
    expect(await ask(CREATE, { input: input({ name: "Taken" }) }, speaker)).toMatchObject({
      __typename: "CreateAlertRuleSuccess",
    });
  });

  test("of twenty who choose one name at the same moment one gets it", async () => {
    const wanted = { input: input({ name: "Race" }) };
    const ends = await Promise.all(Array.from({ length: 20 }, () => ask(CREATE, wanted)));
    expect(ends.filter(({ __typename }) => __typename === "CreateAlertRuleSuccess")).toHaveLength(1);
  });

  test("the fifty-first", async () => {
    const stranger = await makeUser(api.db.database, { tenantId: await makeTenant(api.db.database) });
    const speaker = Promise.resolve(api.withHeader(`Bearer ${await api.tokenOf(stranger)}`));
    const ends = [];
    for (let count = 0; count < 51; count += 1)
      ends.push((await ask(CREATE, { input: input({ name: `Rule ${count}` }) }, speaker)).__typename);
    expect(ends.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => "CreateAlertRuleSuccess"));
    expect(ends[50]).toBe("Conflict");
  });
});
