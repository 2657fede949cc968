import { getNamedType, isInputObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksumBesideRefusals, startApi, type Api } from "../support/api.js";
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

/** Those that overwrite what somebody may have been looking at. */
const UPDATES = MUTATIONS.filter(({ name }) => name.startsWith("update") || name === "assignRole").map(
  ({ name }) => name,
);
/** The version that two people have loaded. */
const LOADED: Readonly<Record<string, string>> = {
  updateCampaign: "select version from campaign where id = $1",
  updateTeam: "select version from team where id = $1",
  updateUser: "select version from membership where user_id = $1",
  assignRole: "select version from membership where user_id = $1",
  updateProfile: "select version from membership where user_id = $1",
  updateAlertRule: "select version from alert_rule where id = $1",
  // The installation's own: no id is needed.
  updateHealthThresholds:
    "select health_thresholds_version as version from installation where $1::uuid is not null",
  updateAuditRetention:
    "select audit_retention_version as version from installation where $1::uuid is not null",
  updateAuditStream: "select version from audit_stream where id = $1",
  updateQueue: "select version from queue_setting where queue = $1",
  // Until it is first changed a schedule is as the product has it.
  updateSchedule: "select coalesce(max(version), 1) as version from schedule_setting where task = $1",
  updateSender: "select version from sender where id = $1",
  updateSendingLimits: "select settings_version as version from tenant where id = $1",
  updateSettings: "select settings_version as version from tenant where id = $1",
};

interface Variables {
  readonly input?: { readonly id?: string; readonly name?: string };
  readonly userId?: string;
}
/** An edit that says which version it was made on. */
function on(variables: object, expectedVersion: number | null): object {
  const { input } = variables as Variables;
  return input ? { input: { ...input, expectedVersion } } : { ...variables, expectedVersion };
}
async function loadedVersion(name: string, variables: object): Promise<number> {
  const { input, userId } = variables as Variables;
  const own =
    name === "updateSettings" || name === "updateSendingLimits" ? api.tenantId : api.people.ADMIN.userId;
  const isNamed = name === "updateQueue" || name === "updateSchedule";
  const key = isNamed ? input?.name : (input?.id ?? userId ?? own);
  const [row] = await api.db.sql<{ version: number }>(LOADED[name]!, [key]);
  return row!.version;
}

test("AP-06 every update takes the version that was edited", () => {
  expect(UPDATES.toSorted()).toEqual(Object.keys(LOADED).toSorted());
  for (const { name, args } of MUTATIONS.filter((mutation) => UPDATES.includes(mutation.name))) {
    const input = args.map(({ type }) => getNamedType(type)).find(isInputObjectType);
    const version = input?.getFields().expectedVersion ?? args.find((one) => one.name === "expectedVersion");
    expect(String(version?.type), name).toBe("Int");
  }
});

describe.each(UPDATES)("AP-06 %s", (name) => {
  const call = (given: object) =>
    world
      .call<{ answer: { __typename: string } }>(mutationDocument(name), given)
      .then(({ data }) => data!.answer);

  test("of two editors the second is told of both versions, and nothing is overwritten", async () => {
    const { variables, other } = await world.prepare(name);
    const version = await loadedVersion(name, variables);
    expect((await call(on(variables, version))).__typename).toMatch(/Success$/);
    expect(await loadedVersion(name, variables)).toBe(version + 1);
    const before = await checksumBesideRefusals(api.db);
    expect(await call(on(other!, version))).toMatchObject({
      __typename: "Conflict",
      code: "CONFLICT",
      path: ["expectedVersion"],
      expectedVersion: version,
      currentVersion: version + 1,
      message: expect.stringContaining(`it is at version ${version + 1}, you edited version ${version}.`),
    });
    expect(await checksumBesideRefusals(api.db)).toBe(before);
    // Loaded again it goes through, and without a version the last word counts.
    expect((await call(on(other!, version + 1))).__typename).toMatch(/Success$/);
    expect((await call(on(variables, null))).__typename).toMatch(/Success$/);
  });

  test("of twenty who save the same version at the same moment one gets through", async () => {
    const { variables, other } = await world.prepare(name);
    // Whatever is there, this is another thing.
    await call(on(other!, null));
    const version = await loadedVersion(name, variables);
    const ends = await Promise.all(Array.from({ length: 20 }, () => call(on(variables, version))));
    expect(ends.filter(({ __typename }) => __typename === "Conflict")).toHaveLength(19);
    expect(await loadedVersion(name, variables)).toBe(version + 1);
  });
});
