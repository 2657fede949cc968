import { afterAll, beforeAll, expect, test } from "vitest";
import type { Id } from "../../domain/ids.js";
import { startApi, type Api, type Speaker } from "../support/api.js";
import { seedCampaign } from "../support/ledger-seed.js";

let api: Api;
let admin: Speaker;
beforeAll(async () => {
  api = await startApi();
  admin = await api.as("ADMIN");
});
afterAll(() => api.close());

const EDIT = `mutation ($input: UpdateCampaignInput!) { updateCampaign(input: $input) { __typename
  ... on UpdateCampaignSuccess { campaign { version availableActions stopRules { onCompanyReply onGoal }
    versions(first: 1) { totalCount pageInfo { hasNextPage } edges { node { n createdBy changes } } } } }
  ... on Error { code message } ... on InvalidInput { issues { path rule } } } }`;
const MESSAGE = `query ($id: ID!) { message(id: $id) { version step { id subject } preview { subject html } enrollment { state stopReason events { type label note by } } } }`;

test("CS-04 a sent message renders the old text after the edit, and names its version; one that waits the new", async () => {
  const { campaignId, versionId, stepIds } = await seedCampaign(api.db.database, {
    tenantId: api.tenantId,
    leads: 2,
  });
  await api.db.sql(
    `update campaign set launched_version_id = $2, version = 1, postal_address = '1 Main St',
       audience = (select json_build_object('listIds', '[]'::json, 'segmentIds', '[]'::json, 'leadIds', json_agg(lead_id)) from enrollment where campaign_id = $1)
     where id = $1`,
    [campaignId, versionId],
  );
  const [sent, waiting] = (await api.db.sql<{ id: Id; leadId: Id }>(
    `select id, lead_id as "leadId" from message where campaign_id = $1 order by lead_id`,
    [campaignId],
  )) as [{ id: Id; leadId: Id }, { id: Id; leadId: Id }];
  await api.db.sql("update message set state = 'SENT', sent_at = now(), variant = 0 where id = $1", [
    sent.id,
  ]);
  const input = {
    id: campaignId,
    stopRules: { onCompanyReply: true },
    steps: [{ delayMinutes: 0, subject: "Anew {{ first_name }}", html: "<p>Anew</p>" }],
  };
  const edited = await admin.ask(EDIT, { input });
  expect(edited.data).toEqual({
    updateCampaign: {
      __typename: "UpdateCampaignSuccess",
      campaign: {
        version: 2,
        availableActions: expect.arrayContaining(["UPDATE", "PAUSE"]),
        stopRules: { onCompanyReply: true, onGoal: true },
        versions: {
          totalCount: 2,
          pageInfo: { hasNextPage: true },
          edges: [
            { node: { n: 2, createdBy: "Test ADMIN", changes: ["Stop rules", "Step 1: subject, HTML"] } },
          ],
        },
      },
    },
  });
  // The planner's job pins what waits.
  await api.db.sql(
    "update message m set version_id = c.launched_version_id from campaign c where m.id = $1 and c.id = m.campaign_id",
    [waiting.id],
  );
  const told = async (id: Id) => (await admin.ask<{ message: object }>(MESSAGE, { id })).data!.message;
  expect(await told(sent.id)).toMatchObject({
    version: 1,
    step: { id: stepIds[0], subject: "Hello {{ first_name }}" },
    preview: {
      subject: expect.stringMatching(/^Hello Lead \d$/),
      html: expect.stringContaining("Hello Lead"),
    },
  });
  expect(await told(waiting.id)).toMatchObject({
    version: 2,
    step: { id: stepIds[0], subject: "Anew {{ first_name }}" },
    preview: { subject: expect.stringMatching(/^Anew Lead \d$/), html: expect.stringContaining("Anew") },
  });

  const stop = `mutation ($c: ID!, $l: ID!) { stopEnrollment(campaignId: $c, leadId: $l, note: "Met") { __typename } }`;
  const ids = { c: campaignId, l: waiting.leadId };
  expect((await admin.ask(stop, ids)).data).toEqual({
    stopEnrollment: { __typename: "StopEnrollmentSuccess" },
  });
  expect(await told(waiting.id)).toMatchObject({
    enrollment: {
      state: "STOPPED",
      stopReason: "MANUAL",
      events: [{ type: "STOPPED", label: "MANUAL", note: "Met", by: "Test ADMIN" }],
    },
  });
  const again = await admin.ask(stop, ids);
  expect(again.data).toEqual({ stopEnrollment: { __typename: "InvalidTransition" } });

  const audience = { leadIds: [sent.leadId] };
  expect((await admin.ask(EDIT, { input: { id: campaignId, audience } })).data).toMatchObject({
    updateCampaign: {
      __typename: "InvalidInput",
      code: "BAD_USER_INPUT",
      issues: [{ path: ["audience"], rule: "launched" }],
    },
  });
});
