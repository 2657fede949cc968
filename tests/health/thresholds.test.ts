import { afterAll, beforeAll, expect, test } from "vitest";
import { SIGNALS } from "../../domain/health/index.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { eventually } from "../support/eventually.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const UPDATE = `mutation ($input: UpdateHealthThresholdsInput!) { updateHealthThresholds(input: $input) {
  __typename ... on UpdateHealthThresholdsSuccess { healthThresholds { signal label unit warning critical defaultWarning defaultCritical version } }
  ... on Error { code message path } ... on InvalidInput { issues { path rule value } } } }`;

interface Limit {
  readonly signal: string;
  readonly warning: number;
  readonly critical: number;
}
interface Outcome {
  readonly updateHealthThresholds: {
    __typename: string;
    healthThresholds?: Limit[];
    issues?: { path: string[]; rule: string; value: string }[];
  };
}
async function update(thresholds: readonly Limit[], more: object = {}, caller = api.as("ADMIN")) {
  return (await caller).ask<Outcome>(UPDATE, { input: { thresholds, ...more } });
}
const limit = (signal: string, warning: number, critical: number): Limit => ({ signal, warning, critical });

test("the limits are those of the product until somebody decides otherwise", async () => {
  const { data } = await (
    await api.as("ADMIN")
  ).ask<{ healthThresholds: Limit[] }>(
    "{ healthThresholds { signal warning critical defaultWarning defaultCritical } }",
  );
  expect(data!.healthThresholds).toEqual(
    Object.entries(SIGNALS).map(([signal, { warning, critical }]) => ({
      signal,
      warning,
      critical,
      defaultWarning: warning,
      defaultCritical: critical,
    })),
  );
});

test("a change is on record with before and after, and in force within five seconds", async () => {
  const statusOf = async () => {
    const { signals } = await api.health.current();
    return signals.find(({ name }) => name === "MEMORY")!;
  };
  const answer = await update([limit("MEMORY", 0.1, 0.2)]);
  const changed = Date.now();
  expect(answer.data!.updateHealthThresholds).toMatchObject({
    __typename: "UpdateHealthThresholdsSuccess",
    healthThresholds: expect.arrayContaining([
      {
        ...limit("MEMORY", 0.1, 0.2),
        label: "Memory",
        unit: "%",
        defaultWarning: 80,
        defaultCritical: 92,
        version: 2,
      },
    ]),
  });
  const [event] = await api.db.sql(
    "select action, actor_id as actor, targets, changes from event order by id desc limit 1",
  );
  expect(event).toEqual({
    action: "settings.updated",
    actor: api.people.ADMIN.userId,
    targets: [{ type: "health_thresholds", id: "installation" }],
    changes: [
      { field: "MEMORY.warning", before: 80, after: "0.1" },
      { field: "MEMORY.critical", before: 92, after: "0.2" },
    ],
  });
  await eventually(statusOf, ({ warning, critical }) => warning === 0.1 && critical === 0.2, 6000);
  expect(Date.now() - changed).toBeLessThan(6000);
});

test("back to what the product has, nothing is stored", async () => {
  await update([limit("MEMORY", 80, 92)]);
  expect(await api.db.sql("select health_thresholds as stored from installation")).toEqual([{ stored: {} }]);
});

test("what changes nothing is no event and no version", async () => {
  const before = await checksum(api.db);
  expect((await update([limit("MEMORY", 80, 92)])).data!.updateHealthThresholds.__typename).toBe(
    "UpdateHealthThresholdsSuccess",
  );
  expect(await checksum(api.db)).toBe(before);
});

test.each([
  ["no limit", [], [["thresholds"], "min_length", "[]"]],
  [
    "a warning that comes after critical",
    [limit("CPU", 90, 80)],
    [["thresholds", "0", "warning"], "order", "90"],
  ],
  ["limits that are equal", [limit("CPU", 80, 80)], [["thresholds", "0", "warning"], "order", "80"]],
  [
    "a percentage above 100",
    [limit("OUTBOX_LAG", 1, 2), limit("DISK", 90, 101)],
    [["thresholds", "1", "critical"], "range", "101"],
  ],
  ["a negative limit", [limit("REDIS_PING", -1, 2)], [["thresholds", "0", "warning"], "range", "-1"]],
  [
    "a signal twice",
    [limit("CPU", 1, 2), limit("CPU", 3, 4)],
    [["thresholds", "1", "signal"], "unique", "CPU"],
  ],
  ["a signal that there is not", [limit("MOOD", 1, 2)], [["thresholds", "0", "signal"], "picklist", "MOOD"]],
] as const)(
  "%s is refused, naming field, rule and value, and changes nothing",
  async (_what, given, [path, rule, value]) => {
    const before = await checksum(api.db);
    const { data } = await update(given);
    expect(data!.updateHealthThresholds).toMatchObject({
      __typename: "InvalidInput",
      code: "BAD_USER_INPUT",
      issues: [{ path, rule, value }],
    });
    expect(await checksum(api.db)).toBe(before);
  },
);

test("only who may manage the system's settings changes them", async () => {
  const before = await checksum(api.db, ["event", "pending_event"]);
  const { errors } = await update([limit("CPU", 1, 2)], {}, api.as("MANAGER"));
  expect(errors[0]!.extensions.code).toBe("FORBIDDEN");
  expect(await checksum(api.db, ["event", "pending_event"])).toBe(before);
});
