import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { InvalidInputError, InvalidTransitionError } from "../../domain/errors.js";
import { recordGoal, recordReply, stopEnrollment } from "../../domain/enrollments/index.js";
import type { Id } from "../../domain/ids.js";
import { companyDomain, suppress } from "../../domain/leads/index.js";
import { eventually } from "../support/eventually.js";
import { checksumBesideRefusals } from "../support/fingerprint.js";
import { Sequences, STEPS } from "./sequences.js";

const run = new Sequences();
const X = ["a@x.com", "b@x.com", "c@gmail.com", "d@gmail.com", "e@y.com"];

it("CS-05 after a reply from a@x.com what is planned for b@x.com is stopped when the rule is on", async () => {
  const leads = await run.leads(X);
  const ids = [...leads.values()];
  const campaignId = await run.launch(ids, { stopRules: { onCompanyReply: true } });
  await run.mail();
  expect(await run.states(campaignId, { SENT: 5, PLANNED: 5 })).toEqual({ SENT: 5, PLANNED: 5 });

  const at = new Date(Date.now() - 60_000);
  expect(
    await run.admin.run(recordReply, { campaignId, leadId: leads.get("a@x.com"), at, note: "Call me" }),
  ).toMatchObject({ companyStopped: 1 });
  // Whoever answers from a provider of free mail speaks for nobody else.
  expect(await run.admin.run(recordReply, { campaignId, leadId: leads.get("c@gmail.com") })).toMatchObject({
    companyStopped: 0,
  });
  expect(await run.place(campaignId, leads.get("a@x.com")!)).toMatchObject({
    state: "STOPPED",
    stop_reason: "REPLIED",
    stage: "REPLIED",
  });
  expect(await run.place(campaignId, leads.get("b@x.com")!)).toMatchObject({
    state: "STOPPED",
    stop_reason: "COMPANY_REPLIED",
    stage: "NEW",
  });
  expect(await run.buckets(campaignId)).toEqual({
    PLANNED: 2,
    "STOPPED REPLIED": 2,
    "STOPPED COMPANY_REPLIED": 1,
  });
  await run.comesDue(campaignId);
  expect(
    await run.states(campaignId, { SENT: 7, "CANCELLED COMPANY_REPLIED": 1, "CANCELLED REPLIED": 2 }),
  ).toEqual({ SENT: 7, "CANCELLED COMPANY_REPLIED": 1, "CANCELLED REPLIED": 2 });
  expect(run.received()).toEqual({
    "a@x.com": ["First"],
    "b@x.com": ["First"],
    "c@gmail.com": ["First"],
    "d@gmail.com": ["First", "Second"],
    "e@y.com": ["First", "Second"],
  });
  expect(
    await run.db.sql(
      `select v.type, v.evidence from message_event v join message m on m.id = v.message_id
       where m.campaign_id = $1 and m.lead_id = $2 and v.type in ('replied', 'cancelled') order by v.seq`,
      [campaignId, leads.get("a@x.com")],
    ),
  ).toEqual([
    { type: "replied", evidence: "recorded by hand" },
    { type: "cancelled", evidence: "REPLIED" },
  ]);
});

it("CS-05 and goes on when it is off; who is written down after a reply is stopped with the company", async () => {
  const leads = await run.leads(["f@z.com", "g@z.com"]);
  const [f, g] = [leads.get("f@z.com")!, leads.get("g@z.com")!];
  const campaignId = await run.launch([f, g]);
  expect(await run.admin.run(recordReply, { campaignId, leadId: f })).toMatchObject({ companyStopped: 0 });
  expect(await run.place(campaignId, g)).toMatchObject({ state: "ACTIVE", stop_reason: null });
  expect(await run.buckets(campaignId)).toEqual({ QUEUED: 1, "STOPPED REPLIED": 1 });

  const late = await run.launch([f, g], { stopRules: { onCompanyReply: true } });
  await run.admin.run(recordReply, { campaignId: late, leadId: f });
  // As if the planner had not come to g yet.
  await run.db.sql(
    `with m as (delete from message_event where message_id in (select id from message where campaign_id = $1 and lead_id = $2))
     select 1`,
    [late, g],
  );
  await run.db.sql("delete from message where campaign_id = $1 and lead_id = $2", [late, g]);
  await run.db.sql("delete from enrollment_event where campaign_id = $1 and lead_id = $2", [late, g]);
  await run.db.sql("delete from enrollment where campaign_id = $1 and lead_id = $2", [late, g]);
  await run.db.sql("update campaign set planned_at = null where id = $1", [late]);
  await run.plan(late);
  expect(await run.place(late, g)).toMatchObject({ state: "STOPPED", stop_reason: "COMPANY_REPLIED" });
  expect(await run.buckets(late)).toEqual({ "STOPPED REPLIED": 1, "STOPPED COMPANY_REPLIED": 1 });
});

it("invariant 6: a reply wins every race with the claim: after its commit no mail to the lead is begun", async () => {
  const addresses = Array.from({ length: 60 }, (_, n) => `race-${n}@race-${n}.com`);
  const leads = await run.leads(addresses);
  const campaignId = await run.launch([...leads.values()]);
  const committed = new Map<Id, string>();
  await run.mail({ onData: () => sleep(10).then(() => undefined) }, 4);
  await eventually(() => run.sink.accepted.length >= 5);
  await Promise.all(
    [0, 1, 2].map(async (nth) => {
      for (const [n, leadId] of [...leads.values()].toReversed().entries())
        if (n % 3 === nth && n < 45) {
          await run.admin.run(recordReply, { campaignId, leadId });
          const [{ at }] = (await run.db.sql<{ at: string }>("select clock_timestamp() as at")) as [
            { at: string },
          ];
          committed.set(leadId, at);
        }
    }),
  );
  const states = await eventually(
    () => run.states(campaignId),
    (found) => !("QUEUED" in found) && !("SENDING" in found),
  );
  const sent = states["SENT"]!;
  expect(states["CANCELLED REPLIED"]!).toBeGreaterThan(0);
  // Who had the first before the reply has no second.
  expect(
    await run.db.sql(
      `select m.lead_id from message m join enrollment e on e.id = m.enrollment_id where m.campaign_id = $1 and e.stop_reason = 'REPLIED'
       and m.state in ('PLANNED', 'QUEUED', 'DEFERRED')`,
      [campaignId],
    ),
  ).toEqual([]);
  const begun = await run.db.sql<{ leadId: Id; at: string }>(
    `select lead_id as "leadId", intent_at as at from message where campaign_id = $1 and intent_at is not null`,
    [campaignId],
  );
  expect(begun.filter(({ leadId, at }) => at > (committed.get(leadId) ?? "9"))).toEqual([]);
  expect(run.sink.accepted).toHaveLength(sent);
  expect(Object.values(run.received()).filter(({ length }) => length > 1)).toEqual([]);
  expect(Object.values(await run.buckets(campaignId)).reduce((sum, n) => sum + n, 0)).toBe(60);
});

it("a hard bounce, an unsubscription and a stop by hand end every sequence that they are about", async () => {
  const leads = await run.leads(["gone@q.com", "quiet@q.com", "met@q.com"]);
  const ids = [...leads.values()];
  const [gone, quiet, met] = ids as [Id, Id, Id];
  const one = await run.launch(ids);
  await run.mail();
  await run.states(one, { SENT: 3, PLANNED: 3 });
  await run.stopLanes();
  await run.sink.stop();
  const two = await run.launch(ids);
  await run.mail({
    onRecipient: (address) =>
      address === "gone@q.com" ? { code: 550, message: "5.1.1 no such user" } : undefined,
  });
  const bounced = { "BOUNCED_HARD BAD_ADDRESS": 1, PLANNED: 2, SENT: 2 };
  expect(await run.states(two, bounced)).toEqual(bounced);
  expect(await run.place(one, gone)).toMatchObject({ state: "STOPPED", stop_reason: "BOUNCED" });
  expect(await run.place(two, gone)).toMatchObject({ state: "STOPPED", stop_reason: "BOUNCED" });

  await run.admin.run(suppress, { email: "quiet@q.com", reason: "UNSUBSCRIBED" });
  await run.admin.run(stopEnrollment, { campaignId: one, leadId: met, note: "Met at the fair" });
  expect(await run.buckets(one)).toEqual({
    "STOPPED BOUNCED": 1,
    "STOPPED UNSUBSCRIBED": 1,
    "STOPPED MANUAL": 1,
  });
  expect(await run.place(two, quiet)).toMatchObject({ state: "STOPPED", stop_reason: "UNSUBSCRIBED" });
  // By hand: of this campaign only.
  expect(await run.place(two, met)).toMatchObject({ state: "WAITING", stop_reason: null });
  expect(
    await run.db.sql(
      "select type, label, note from enrollment_event where campaign_id = $1 and lead_id = $2",
      [one, met],
    ),
  ).toEqual([{ type: "STOPPED", label: "MANUAL", note: "Met at the fair" }]);
});

it("CS-20 a goal stops by the rule, and moves the stage forward only", async () => {
  const leads = await run.leads(["h@h.com", "i@h.com"]);
  const [h, i] = [...leads.values()] as [Id, Id];
  await run.db.sql("update lead set stage = 'WON' where id = $1", [i]);
  const campaignId = await run.launch([h, i]);
  await run.admin.run(recordGoal, { campaignId, leadId: h, label: "MEETING_BOOKED" });
  await run.admin.run(recordGoal, { campaignId, leadId: i, label: "OTHER", note: "Speaks at our day" });
  expect(await run.place(campaignId, h)).toMatchObject({ stop_reason: "GOAL", stage: "QUALIFIED" });
  expect(await run.place(campaignId, i)).toMatchObject({ stop_reason: "GOAL", stage: "WON" });
  expect(await run.buckets(campaignId)).toEqual({ "STOPPED GOAL": 2 });

  const going = await run.launch([h, i], { stopRules: { onGoal: false } });
  await run.admin.run(recordGoal, { campaignId: going, leadId: h, label: "WON" });
  expect(await run.place(going, h)).toMatchObject({ state: "ACTIVE", stop_reason: null, stage: "WON" });
  expect(await run.buckets(going)).toEqual({ QUEUED: 2 });
});

it("what cannot be is refused with a reason, and changes nothing", async () => {
  const leads = await run.leads(["k@k.com", "outside@k.com"]);
  const [leadId, outside] = [leads.get("k@k.com")!, leads.get("outside@k.com")!];
  const campaignId = await run.launch([leadId], { steps: STEPS.slice(0, 1) });
  await run.mail();
  await run.states(campaignId, { SENT: 1 });
  await run.stopLanes();
  await eventually(async () => (await run.place(campaignId, leadId)).state === "FINISHED");
  const before = await checksumBesideRefusals(run.db);
  const refused = (command: Parameters<typeof run.admin.run>[0], input: object) =>
    run.admin.run(command, { campaignId, leadId, ...input }).catch((error: unknown) => error);
  const ended = await refused(stopEnrollment as never, {});
  expect(ended).toBeInstanceOf(InvalidTransitionError);
  expect(String(ended)).toContain("has had its last step");
  for (const [command, input, path] of [
    [recordReply, { leadId: outside }, "leadId"],
    [recordReply, { at: new Date(Date.now() + 60_000) }, "at"],
    [recordGoal, { label: "OTHER" }, "note"],
    [recordGoal, { label: "LUNCH" }, "label"],
  ] as const) {
    const error = await refused(command as never, input);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).issues[0]!.path).toEqual([path]);
  }
  expect(await checksumBesideRefusals(run.db)).toBe(before);
  // After the last step a reply is still one.
  await run.admin.run(recordReply, { campaignId, leadId });
  expect(await run.place(campaignId, leadId)).toMatchObject({ state: "FINISHED", stage: "REPLIED" });
});

it("a company is the domain of an address, unless it is one of free mail", () => {
  expect(["a@x.com", "a@eu.x.com", "a@gmail.com", "a@bluewin.ch", "a@qq.com"].map(companyDomain)).toEqual([
    "x.com",
    "eu.x.com",
    null,
    null,
    null,
  ]);
});
