import { randomUUID } from "node:crypto";
import { simpleParser } from "mailparser";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendTest } from "../../domain/emails/index.js";
import type { Outcome } from "../../domain/jobs/outcome.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { sendTestHandler } from "../../worker/emails/send-test.js";
import { checksum, startApi, type Api, type Speaker } from "../support/api.js";
import { startSmtpSink } from "../support/smtp-sink.js";

let api: Api;
let manager: Speaker;
beforeAll(async () => {
  api = await startApi();
  manager = await api.as("MANAGER");
});
afterAll(() => api.close());

let serial = 0;
/** Leads with these data. */
async function leads(...data: object[]): Promise<string[]> {
  const ids: string[] = [];
  for (const each of data) {
    const email = `lead${(serial += 1)}@sink.example`;
    const { data: made } = await manager.ask<{ createLead: { lead: { id: string } } }>(
      "mutation ($input: CreateLeadInput!) { createLead(input: $input) { ... on CreateLeadSuccess { lead { id } } } }",
      { input: { email, ...each } },
    );
    ids.push(made!.createLead.lead.id);
  }
  return ids;
}
async function campaign(leadIds: string[], step: object, more: object = {}): Promise<string> {
  const steps = [{ delayMinutes: 0, subject: "Hello", html: "<p>Unsubscribe by reply</p>", ...step }];
  const input = {
    name: "Spring",
    fromName: "Ada",
    fromEmail: "ada@acme.de",
    steps,
    audience: { leadIds },
    ...more,
  };
  const { data } = await manager.ask<{ createCampaign: { campaign: { id: string } } }>(
    "mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { ... on CreateCampaignSuccess { campaign { id } } } }",
    { input },
  );
  return data!.createCampaign.campaign.id;
}
interface Found {
  readonly isReady: boolean;
  readonly findings: readonly { rule: string; severity: string; leads: number | null; path: string[] }[];
}
async function preflight(id: string): Promise<Found> {
  const query = `query ($id: ID!) { campaignPreflight(id: $id) { isReady findings { rule severity leads path } } }`;
  const found = (await manager.ask<{ campaignPreflight: Found }>(query, { id })).data!.campaignPreflight;
  const isAbout = ({ rule }: { rule: string }) => !["postal_address", "text_made"].includes(rule);
  return { ...found, findings: found.findings.filter(isAbout) };
}
const LAUNCH =
  "mutation ($id: ID!) { launchCampaign(id: $id) { __typename ... on NotReady { code issues { path rule message value } } } }";
const ONE = ["steps", "0", "html"];

test("CS-11 a draft with [link] in its body is not launched; the refusal names step, part and line, and changes nothing", async () => {
  const id = await campaign(await leads({}), { html: "<p>Unsubscribe</p>\n<p>See [link]</p>" });
  const before = await checksum(api.db, ["event", "pending_event", "pending_seal"]);
  expect((await manager.ask(LAUNCH, { id })).data).toEqual({
    launchCampaign: {
      __typename: "NotReady",
      code: "CAMPAIGN_NOT_READY",
      issues: [
        {
          path: ONE,
          rule: "placeholder",
          message:
            "Step 1, HTML, line 2: “[link]” looks like a placeholder that was not filled in: write what belongs there, or delete it.",
          value: "<p>See [link]</p>",
        },
      ],
    },
  });
  expect(await checksum(api.db, ["event", "pending_event", "pending_seal"])).toBe(before);
});

test("CS-10 leads that lack a variable are counted before the launch, by the renderer's rule", async () => {
  const people = await leads(
    { firstName: "Ana", company: "Acme", customFields: { plan: "pro" } },
    { firstName: " \u00a0 ", company: "Acme" },
    { firstName: null },
  );
  const text =
    "{{ first_name }} {{ company | default: 'you' }} {% if title %}{{ title }}{% endif %} {{ custom.plan }}";
  const id = await campaign(people, { text });
  expect(await preflight(id)).toEqual({
    isReady: true,
    findings: [
      { rule: "variable_missing", severity: "WARNING", leads: 2, path: ["steps", "0", "text"] },
      { rule: "variable_missing", severity: "WARNING", leads: 2, path: ["steps", "0", "text"] },
    ],
  });
  // Nobody's field, at all: a mistake of the template. A standard field that nobody has filled: a gap in the data.
  const wrong = await campaign(people, {
    text: "{{ frist_name }} {{ title }} {{ custom.plann | default: 'x' }}",
  });
  expect(await preflight(wrong)).toEqual({
    isReady: false,
    findings: [
      { rule: "variable_unknown", severity: "BLOCKING", leads: 3, path: ["steps", "0", "text"] },
      { rule: "variable_missing", severity: "WARNING", leads: 3, path: ["steps", "0", "text"] },
      { rule: "variable_unused", severity: "WARNING", leads: 3, path: ["steps", "0", "text"] },
    ],
  });
  expect((await manager.ask(LAUNCH, { id })).data).toEqual({
    launchCampaign: { __typename: "LaunchCampaignSuccess" },
  });
});

test("what only shows when a mail is rendered: empty, failing, too long; and what the sender lacks", async () => {
  const people = await leads({ firstName: "Ana" });
  const empty = await campaign(people, {
    subject: "{% if company %}x{% endif %}",
    html: "<p>{% if company %}x{% endif %}</p>",
  });
  expect((await preflight(empty)).findings.map(({ rule }) => rule)).toEqual(["subject_empty", "body_empty"]);
  const loop = "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}";
  const since = performance.now();
  expect((await preflight(await campaign(people, { html: loop }))).findings[0]).toEqual({
    rule: "template_fails",
    severity: "BLOCKING",
    leads: null,
    path: ONE,
  });
  expect(performance.now() - since).toBeLessThan(2_500);
  const long = await campaign(
    people,
    { html: `unsubscribe ${"x".repeat(99_000)}` },
    { fromEmail: "ada@gmail.com" },
  );
  expect((await preflight(long)).findings.map(({ rule, path }) => [rule, path])).toEqual([
    ["sender_free_mail", ["fromEmail"]],
  ]);
  expect((await preflight(await campaign([], {}))).findings.map(({ rule, path }) => [rule, path])).toEqual([
    ["audience", ["audience"]],
  ]);
});

/** In a preview it leads nowhere. */
const WAY_OUT = "\nUnsubscribe: https://example.com/u/sample\n";

test("a preview is what a lead would get, of the wording that falls to them or is asked for", async () => {
  const [ana, nobody] = await leads({ firstName: "Ana" }, {});
  const variants = [{ subject: "Hey {{ first_name }}", html: "<p>B</p>", weight: 1 }];
  const id = await campaign(
    [ana!],
    { subject: "Hi {{ first_name }}", html: "<p>A</p>", variants },
    { postalAddress: "Road 1" },
  );
  const preview = async (leadId: string, variant?: number, step = 1) =>
    manager.ask(
      "query ($id: ID!, $leadId: ID!, $step: Int, $variant: Int) { campaignPreview(id: $id, leadId: $leadId, step: $step, variant: $variant) { subject text missing } }",
      { id, leadId, step, variant },
    );
  const own = { subject: "Hi Ana", text: `A\n\nRoad 1${WAY_OUT}`, missing: [] };
  const other = { subject: "Hey Ana", text: `B\n\nRoad 1${WAY_OUT}`, missing: [] };
  expect((await preview(ana!, 0)).data).toEqual({ campaignPreview: own });
  expect((await preview(ana!, 1)).data).toEqual({ campaignPreview: other });
  expect([own, other]).toContainEqual((await preview(ana!)).data!.campaignPreview);
  expect((await preview(nobody!, 0)).data).toEqual({
    campaignPreview: { subject: "", text: "", missing: ["first_name"] },
  });
  for (const refused of [await preview(ana!, 2), await preview(ana!, 0, 2)])
    expect(refused.errors[0]!.extensions.code).toBe("BAD_USER_INPUT");
});

const TEST = `mutation ($campaignId: ID!, $leadId: ID!, $to: String) { sendTestEmail(campaignId: $campaignId, leadId: $leadId, to: $to) {
  __typename ... on SendTestEmailSuccess { to } ... on Error { code message } ... on InvalidInput { issues { path rule } } } }`;
const others = () =>
  checksum(api.db, ["event", "pending_event", "pending_seal", "job", "app_user", "session"]);

/** Does what the worker does with the tests that wait. */
async function perform(smtpUrl = api.smtp.url): Promise<Outcome[]> {
  const jobs = await api.db.sql<{ id: string; payload: never; request_id: string; initiated_by: string }>(
    "update job set state = 'SUCCEEDED' where type = $1 and state = 'WAITING' returning id, payload, request_id, initiated_by",
    [sendTest.type],
  );
  const outcomes: Outcome[] = [];
  for (const { id, payload, request_id: requestId, initiated_by: onBehalfOf } of jobs) {
    const actor = { kind: "JOB", name: sendTest.type } as const;
    const op = openOperation(api.db.database, actor, { requestId, jobId: id, onBehalfOf }, api.tenantId);
    const run = { op, payload, signal: new AbortController().signal, progress: async () => {}, bus: api.bus };
    outcomes.push(
      await sendTestHandler({ smtpUrl, publicUrl: api.url })({ ...run, log: pino({ level: "silent" }) }),
    );
  }
  return outcomes;
}

test("CS-12 a test arrives with the lead's data, marked, and changes no figure", async () => {
  const [leadId] = await leads({ firstName: "Ana" });
  const campaignId = await campaign([leadId!], { subject: "Hi {{ first_name }}" });
  const before = await others();
  const to = `tester-${randomUUID()}@sink.example`;
  expect((await manager.ask(TEST, { campaignId, leadId, to })).data).toEqual({
    sendTestEmail: { __typename: "SendTestEmailSuccess", to },
  });
  expect(await perform()).toEqual([{ kind: "done" }]);
  const mail = await simpleParser(api.smtp.accepted.at(-1)!.raw);
  expect([mail.subject, mail.headers.get("x-postwatch-test"), mail.from?.text, mail.to]).toMatchObject([
    "[Test] Hi Ana",
    "1",
    '"Ada" <ada@acme.de>',
    { text: to },
  ]);
  expect(await others()).toBe(before);
  expect(
    await api.db.sql("select actor_id, changes from event where action = 'campaign.test_sent'"),
  ).toHaveLength(1);
});

test("no test is sent to a suppressed address, for a lead who would be skipped, while sending is frozen, or beyond 20 an hour", async () => {
  const [leadId, nameless] = await leads({ firstName: "Ana" }, {});
  const campaignId = await campaign([leadId!], { subject: "Hi {{ first_name }}" });
  await manager.ask('mutation { suppress(email: "no@sink.example", reason: MANUAL) { __typename } }');
  const issue = async (variables: object) =>
    (await manager.ask(TEST, { campaignId, leadId, ...variables })).data!.sendTestEmail;
  const refused = (path: string, rule: string) => ({
    __typename: "InvalidInput",
    issues: [{ path: [path], rule }],
  });
  expect(await issue({ to: "NO@sink.example" })).toMatchObject(refused("to", "suppressed"));
  expect(await issue({ to: "no address" })).toMatchObject(refused("to", "check"));
  expect(await issue({ leadId: nameless })).toMatchObject(refused("leadId", "missing_variable"));

  // Asked for before the freeze, not sent after it; whoever asked is told.
  expect(await issue({})).toEqual({ __typename: "SendTestEmailSuccess", to: api.people.MANAGER.email });
  await api.db.sql("update tenant set frozen_at = now(), freeze_reason = 'Wrong price' where id = $1", [
    api.tenantId,
  ]);
  const sent = api.smtp.accepted.length;
  expect(await perform()).toEqual([{ kind: "cancel", reason: "Sending is frozen (Wrong price)." }]);
  expect(await issue({})).toMatchObject({ __typename: "Conflict", code: "CONFLICT" });
  await api.db.sql("update tenant set frozen_at = null, freeze_reason = null where id = $1", [api.tenantId]);

  const refusing = await startSmtpSink({ onRecipient: () => ({ code: 550, message: "5.1.1 Nobody here" }) });
  expect(await issue({})).toMatchObject({ __typename: "SendTestEmailSuccess" });
  const reason = "The mail server refuses it: 550 5.1.1 Nobody here";
  expect(await perform(refusing.url)).toEqual([{ kind: "cancel", reason }]);
  await refusing.stop();
  expect(api.smtp.accepted.length).toBe(sent);
  const told =
    "select detail, href from notification where user_id = $1 and kind = 'TEST_NOT_SENT' order by created_at";
  expect(await api.db.sql(told, [api.people.MANAGER.userId])).toEqual([
    { detail: "Sending is frozen (Wrong price).", href: `/campaigns/${campaignId}` },
    { detail: reason, href: `/campaigns/${campaignId}` },
  ]);

  for (let asked = 3; asked < 20; asked += 1) await issue({});
  const limited = await manager.ask(TEST, { campaignId, leadId });
  expect(limited.errors[0]!.extensions).toMatchObject({ code: "RATE_LIMITED" });
  expect(await api.db.sql("select count(*) from job where type = $1", [sendTest.type])).toEqual([
    { count: 20 },
  ]);
});
