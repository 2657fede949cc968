import { expect, test } from "vitest";
import { cancelCampaign, mailFiguresOf } from "../../domain/campaigns/index.js";
import { recordReply } from "../../domain/enrollments/index.js";
import type { Id } from "../../domain/ids.js";
import { Sequences, STEPS } from "../enrollments/sequences.js";

const run = new Sequences();
const three = [...STEPS, { delayMinutes: 60, subject: "Third", html: "<p>Once more</p>" }];
const figures = async (campaignId: Id) => {
  const found = (await mailFiguresOf(run.admin, run.admin.scope, [campaignId])).get(campaignId);
  if (!found) return null;
  const { total, ...buckets } = found;
  expect(Object.values(buckets).reduce((sum, count) => sum + count, 0)).toBe(total);
  return { total, ...Object.fromEntries(Object.entries(buckets).filter(([, count]) => count > 0)) };
};

test("AC-06 a sequence is told in mails: those written down, and those that will follow as long as their lead is under way", async () => {
  const leads = await run.leads(["a@one.example", "b@two.example", "c@three.example", "d@four.example"]);
  const campaignId = await run.launch([...leads.values()], { steps: three });
  // Four leads, one mail of each written down; two more will follow each.
  expect(await figures(campaignId)).toEqual({ total: 12, queued: 4, planned: 8 });
  const refusal = { code: 550, message: "5.7.1 not here" };
  await run.mail({ onData: ({ to }) => (to[0] === "d@four.example" ? refusal : undefined) });
  await run.states(campaignId, { SENT: 3, PLANNED: 3, "FAILED POLICY": 1 });
  // Whose first mail has failed gets no other.
  expect(await figures(campaignId)).toEqual({ total: 10, sent: 3, failed: 1, planned: 6 });
  await run.admin.run(recordReply, { campaignId, leadId: leads.get("a@one.example")! });
  expect(await figures(campaignId)).toEqual({ total: 9, sent: 3, failed: 1, cancelled: 1, planned: 4 });
  await run.comesDue(campaignId);
  await run.states(campaignId, { SENT: 5, PLANNED: 2, "CANCELLED REPLIED": 1, "FAILED POLICY": 1 });
  expect(await figures(campaignId)).toEqual({ total: 9, sent: 5, failed: 1, cancelled: 1, planned: 2 });
  await run.admin.run(cancelCampaign, { campaignId });
  await run.states(campaignId, {
    SENT: 5,
    "CANCELLED REPLIED": 1,
    "CANCELLED CAMPAIGN_CANCELLED": 2,
    "FAILED POLICY": 1,
  });
  expect(await figures(campaignId)).toEqual({ total: 9, sent: 5, failed: 1, cancelled: 3 });
});

test("AC-06 of a campaign of one mail its leads tell all there is", async () => {
  const leads = await run.leads(["e@five.example"]);
  expect(await figures(await run.launch([...leads.values()], { steps: [STEPS[0]] }))).toBeNull();
});
