import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { claimMessages, intendMessage } from "../../domain/emails/index.js";
import { newId } from "../../domain/ids.js";
import { freezeInstallation, releaseInstallation } from "../../domain/sending/index.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { endAllCampaigns } from "../support/ledger-lane.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { makeTenant } from "../support/database.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.db.sql("update tenant set frozen_at = null, frozen_by = null, freeze_reason = null");
  await endAllCampaigns(api.db);
});

const STATE = "sending { isFrozen scope reason frozenBy inFlight }";
const FREEZE = `mutation ($reason: String!) { freezeSending(reason: $reason) { __typename
  ... on FreezeSendingSuccess { ${STATE} } ... on InvalidInput { issues { path rule } } } }`;
const RELEASE = `mutation ($reason: String!) { releaseSending(reason: $reason) { __typename
  ... on ReleaseSendingSuccess { ${STATE} pausedCampaigns } } }`;
const GOING = {
  isFrozen: false,
  scope: null,
  reason: null,
  frozenBy: null,
  inFlight: expect.any(Number) as number,
};
const claim = () => claimMessages(api.db.database, [newId()], 10, 30);
const operator = () =>
  openOperation(api.db.database, { kind: "OPERATOR", name: "ada" }, { requestId: newId() });

describe("CS-18 the kill switch", () => {
  test("a manager freezes: no mail is begun, not even one that was claimed; an administrator releases", async () => {
    await seedCampaign(api.db.database, { leads: 12, tenantId: api.tenantId });
    const owner = newId();
    const [claimed] = await claimMessages(api.db.database, [owner], 1, 30);
    const manager = await api.as("MANAGER");
    const answer = await manager.ask(FREEZE, { reason: " Wrong price " });
    expect(answer.data).toEqual({
      freezeSending: {
        __typename: "FreezeSendingSuccess",
        sending: {
          isFrozen: true,
          scope: "ORGANISATION",
          reason: "Wrong price",
          frozenBy: expect.any(String) as string,
          inFlight: 1,
        },
      },
    });
    expect(await claim()).toEqual([]);
    expect(
      await intendMessage(api.db.database, {
        messageId: claimed!.id,
        owner,
        attempt: 1,
        leadId: claimed!.lead_id,
        messageIdHeader: "<frozen@example.org>",
        variant: 0,
        bodyDigest: Buffer.from("d"),
        leaseSeconds: 30,
      }),
    ).toBe(false);

    const refused = await manager.ask(RELEASE, { reason: "Mended" });
    expect(refused.errors[0]!.extensions.code).toBe("FORBIDDEN");
    expect(await claim()).toEqual([]);

    const released = await (await api.as("ADMIN")).ask(RELEASE, { reason: "Mended" });
    expect(released.data).toMatchObject({ releaseSending: { sending: { ...GOING, inFlight: 0 } } });
    expect(await claim()).toHaveLength(10);
  });

  test("both are on record with the reason; a second time changes nothing", async () => {
    const admin = await api.as("ADMIN");
    const before = await api.db.sql<{ count: number }>(ENTRIES);
    for (const reason of ["Wrong price", "Again"]) await admin.ask(FREEZE, { reason });
    for (const reason of ["Mended", "Again"]) await admin.ask(RELEASE, { reason });
    expect(before).toEqual([{ count: expect.any(Number) as number }]);
    const entries = await api.db.sql(
      `select changes from event where action = 'sending.frozen_or_released' and outcome = 'SUCCESS'
       order by at offset ${before[0]!.count}`,
    );
    expect(entries).toEqual([
      { changes: told(false, true, "Wrong price") },
      { changes: told(true, false, "Mended") },
    ]);
  });

  test("another organisation's mail goes on", async () => {
    const elsewhere = await makeTenant(api.db.database);
    await seedCampaign(api.db.database, { leads: 1, tenantId: elsewhere });
    await (await api.as("ADMIN")).ask(FREEZE, { reason: "Ours" });
    expect(await claim()).toHaveLength(1);
  });

  test("who may not, and who gives no reason, changes nothing", async () => {
    const untouched = await checksum(api.db, ["event", "pending_event", "pending_seal"]);
    const refused = await (await api.as("USER")).ask(FREEZE, { reason: "x" });
    expect(refused.errors[0]!.extensions.code).toBe("FORBIDDEN");
    const admin = await api.as("ADMIN");
    for (const [reason, rule] of [
      ["  ", "non_empty"],
      ["x".repeat(501), "max_length"],
    ])
      expect((await admin.ask(FREEZE, { reason })).data).toEqual({
        freezeSending: { __typename: "InvalidInput", issues: [{ path: ["reason"], rule }] },
      });
    expect(await checksum(api.db, ["event", "pending_event", "pending_seal"])).toBe(untouched);
  });

  test("released after two hours, a campaign with overdue mail is paused and asks; one whose mail is still to come goes on", async () => {
    const { campaignId: late } = await seedCampaign(api.db.database, { leads: 2, tenantId: api.tenantId });
    const { campaignId: early } = await seedCampaign(api.db.database, { leads: 1, tenantId: api.tenantId });
    const { campaignId: foreign } = await seedCampaign(api.db.database, { leads: 1 });
    await api.db.sql(
      "update campaign set launched_at = now() - interval '1 day' where id = any($1::uuid[])",
      [[late, early, foreign]],
    );
    // Launched during the freeze: it stands still for as long as that is ago.
    const { campaignId: recent } = await seedCampaign(api.db.database, { leads: 1, tenantId: api.tenantId });
    await api.db.sql("update campaign set launched_at = now() - interval '10 minutes' where id = $1", [
      recent,
    ]);
    await api.db.sql("update message set due_at = now() + interval '1 day' where campaign_id = $1", [early]);
    const statuses = () =>
      api.db.sql(
        `select status, round(extract(epoch from now() - paused_at) / 60)::int as minutes from campaign
         where id = any($1::uuid[]) order by array_position($1::uuid[], id)`,
        [[late, early, foreign, recent]],
      );
    const going = { status: "RUNNING", minutes: null };
    const admin = await api.as("ADMIN");
    const freeze = async (since: string) => {
      await admin.ask(FREEZE, { reason: "Wrong price" });
      await api.db.sql("update tenant set frozen_at = now() - $2::interval where id = $1", [
        api.tenantId,
        since,
      ]);
      return (await admin.ask<{ releaseSending: object }>(RELEASE, { reason: "Mended" })).data
        ?.releaseSending;
    };
    expect(await freeze("59 minutes")).toMatchObject({ pausedCampaigns: 0 });
    expect(await statuses()).toEqual([going, going, going, going]);
    expect(await freeze("2 hours")).toMatchObject({ pausedCampaigns: 1, sending: { isFrozen: false } });
    expect(await statuses()).toEqual([{ status: "PAUSED", minutes: 120 }, going, going, going]);
    expect(
      await api.db.sql(
        "select action, reason_code, actor_kind from event where targets @> $1 and outcome = 'SUCCESS'",
        [JSON.stringify([{ id: late }])],
      ),
    ).toEqual([{ action: "campaign.paused", reason_code: "OVERDUE_AFTER_FREEZE", actor_kind: "USER" }]);
    const resumed = await admin.ask(
      `mutation ($id: ID!) { resumeCampaign(id: $id) { __typename ... on OverdueChoice { overdue } } }`,
      { id: late },
    );
    expect(resumed.data).toEqual({ resumeCampaign: { __typename: "OverdueChoice", overdue: 2 } });
  });

  test("the operator freezes the whole installation; no administrator can release that", async () => {
    await seedCampaign(api.db.database, { leads: 1, tenantId: api.tenantId });
    expect(await operator().run(freezeInstallation, { reason: "Moving" })).toBe(true);
    expect(await operator().run(freezeInstallation, { reason: "Moving" })).toBe(false);
    const admin = await api.as("ADMIN");
    const answer = await admin.ask(RELEASE, { reason: "Mine" });
    const sending = { ...GOING, isFrozen: true, scope: "INSTALLATION", reason: "Moving" };
    expect(answer.data).toMatchObject({ releaseSending: { sending } });
    expect(await claim()).toEqual([]);
    expect((await (await api.as("USER")).ask(`{ ${STATE} }`)).data).toEqual({ sending });
    expect(await operator().run(releaseInstallation, { reason: "Moved", place: null })).toEqual({
      pausedCampaigns: 0,
    });
    expect((await admin.ask(`{ ${STATE} }`)).data).toEqual({ sending: GOING });
    expect(await claim()).toHaveLength(1);
  });
});

const ENTRIES =
  "select count(*)::int as count from event where action = 'sending.frozen_or_released' and outcome = 'SUCCESS'";
const told = (before: boolean, after: boolean, reason: string) => [
  { field: "frozen", before, after },
  { field: "reason", before: null, after: reason },
];
