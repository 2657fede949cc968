import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import {
  accountingOf,
  createCampaign,
  dryRunCampaign,
  launchCampaign,
  preflight,
  updateCampaign,
} from "../../domain/campaigns/index.js";
import { findSteps } from "../../domain/campaigns/step.entity.js";
import { Campaign } from "../../domain/campaigns/campaign.entity.js";
import { chooseVariant, compileTemplate, render } from "../../domain/emails/index.js";
import type { Id } from "../../domain/ids.js";
import { inTransaction } from "../../platform/database/unit-of-work.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { organisation, type Organisation } from "../support/organisation.js";

let db: TestDatabase;
let org: Organisation;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  org = await organisation(db);
});

/** $4: expressions of n. */
const people = async (count: number, firstName: string, company = "'Northwind'", custom = "'{}'") =>
  (
    await db.sql<{ id: Id }>(
      `insert into lead (id, tenant_id, email, email_canonical, email_hash, first_name, company, custom_fields, source)
       select uuid_v7(), $1, a, a, sha256(convert_to(a, 'UTF8')), ${firstName}, ${company}, (${custom})::jsonb, 'test'
       from generate_series(1, $2::int) n, lateral (select 'p' || n || '@example.org' as a) a returning id`,
      [org.tenantId, count],
    )
  ).map(({ id }) => id);
const draft = (leadIds: readonly Id[], step: object) => ({
  name: "Spring",
  fromName: "Ada",
  fromEmail: "ada@example.com",
  postalAddress: "Road 1",
  steps: [
    { delayMinutes: 0, text: null, ...step },
    { delayMinutes: 60, subject: "More for {{ title }}", html: "<p>More</p>" },
  ],
  audience: { leadIds },
});
const bucketsOf = async (campaignId: Id) =>
  (await accountingOf(db.database, { tenantId: org.tenantId, teamIds: null }, [campaignId])).get(campaignId)!;
const gaps = async (campaignId: Id) =>
  (await bucketsOf(campaignId)).buckets.find(({ reason }) => reason === "MISSING_VARIABLE")?.count ?? 0;

test("CS-10 the accounting of a draft foretells who is skipped for a missing variable, as many as the pre-flight counts, until an edit mends it", async () => {
  // Blank is missing, for every kind of blank that the renderer knows.
  const leadIds = await people(
    40,
    "case n % 4 when 0 then null when 1 then ' ' || chr(160) || chr(8203 - 2) when 2 then 'Ana' else '' end",
  );
  const admin = org.as("ADMIN");
  const { campaignId } = await admin.run(
    createCampaign,
    draft(leadIds, { subject: "Hello {{ first_name }}", html: "<p>{{ company }}</p>" }),
  );
  await db.sql("update lead set mailability = 'UNSUBSCRIBED' where id = any($1::uuid[])", [
    leadIds.slice(0, 4),
  ]);
  expect(await bucketsOf(campaignId)).toMatchObject({
    audience: 40,
    buckets: [
      { bucket: "PLANNED", reason: null, count: 9 },
      { bucket: "SKIPPED", reason: "MISSING_VARIABLE", count: 27 },
      { bucket: "SKIPPED", reason: "SUPPRESSED", count: 4 },
    ],
  });
  const { findings } = await inTransaction(db.database, admin, async (op) =>
    preflight(
      op,
      org.tenantId,
      await op.load(Campaign, "campaign", campaignId),
      await findSteps(op, campaignId),
    ),
  );
  expect(findings.find(({ rule, step }) => rule === "variable_missing" && step === 1)).toMatchObject({
    leads: 27,
  });
  // What only a condition asks for, or what has a default, keeps nobody from the mail.
  const edit = (subject: string) =>
    admin.run(updateCampaign, {
      campaignId,
      steps: draft(leadIds, { subject, html: "<p>Hi</p>" }).steps,
    });
  await edit('Hello {{ first_name | default: "you" }}{% if title %}{% endif %}');
  expect(await gaps(campaignId)).toBe(0);
  await edit("Hello {{ company.owner }}");
  // Also when it takes longer to find out than a call may: else every call would begin anew.
  const now = performance.now.bind(performance);
  let later = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + (later += 100));
  await gaps(campaignId);
  const turns = later;
  later = 0;
  await gaps(campaignId);
  clock.mockRestore();
  expect([turns > 250, later < turns]).toEqual([true, true]);
  expect(await gaps(campaignId)).toBe(36);
});

test("CS-10 each lead is judged by the wording that falls to it, and by nothing else than the renderer's own rule", async () => {
  const leadIds = await people(
    300,
    "case when n % 3 = 0 then 'Ana' end",
    "case when n % 5 > 0 then 'Co' end",
    `jsonb_build_object('plan', case n % 4 when 0 then '"Pro"'::jsonb when 1 then 'null'::jsonb when 2 then '12'::jsonb else 'false'::jsonb end)`,
  );
  const variants = [
    { subject: "{{ company }}", html: "<p>{{ custom.plan }}</p>", text: null, weight: 2 },
    { subject: "Nothing asked", html: "<p>x</p>", text: "{{ first_name }} {{ company }}", weight: 1 },
  ];
  const { campaignId } = await org
    .as("ADMIN")
    .run(createCampaign, draft(leadIds, { subject: "{{ first_name }}", html: "<p>x</p>", variants }));
  const [step] = await db.sql<Parameters<typeof chooseVariant>[0]>(
    "select id, subject, html, text, variants from step where campaign_id = $1 and position = 1",
    [campaignId],
  );
  const leads = await db.sql<{ id: Id } & Parameters<typeof render>[1]>(
    `select id, email, first_name as "firstName", last_name as "lastName", company, title, timezone, custom_fields as "customFields" from lead where tenant_id = $1`,
    [org.tenantId],
  );
  const lacking = leads.filter(
    (lead) => render(compileTemplate(chooseVariant(step!, lead.id).parts), lead).kind === "missing",
  ).length;
  expect(lacking).toBeGreaterThan(100);
  expect(await gaps(campaignId)).toBe(lacking);
  // Launched, the ledger says it: foretold is what has not happened.
  await org.as("ADMIN").run(launchCampaign, { campaignId });
  expect(await gaps(campaignId)).toBe(0);
});

test("CS-10 a dry run names who is left out of which mail for which variables, as the renderer would, and plans the rest as a launch does", async () => {
  const leadIds = await people(
    240,
    "case when n % 3 > 0 then 'Ana' end",
    "case when n % 5 > 0 then 'Co' end",
    "jsonb_build_object('plan', case when n % 4 > 0 then 'Pro' end)",
  );
  await db.sql("update lead set mailability = 'UNSUBSCRIBED' where id = any($1::uuid[])", [
    leadIds.slice(0, 7),
  ]);
  const variants = [{ subject: "Hi", html: "<p>{{ company }}</p>", text: null, weight: 1 }];
  const fields = draft(leadIds, { subject: "{{ first_name }} {{ company }}", html: "<p>x</p>", variants });
  fields.steps[1] = { delayMinutes: 60, subject: "More", html: "<p>{{ custom.plan }} {{ first_name }}</p>" };
  const admin = org.as("ADMIN");
  const { campaignId } = await admin.run(createCampaign, fields);
  const steps = await db.sql<Parameters<typeof chooseVariant>[0]>(
    "select id, subject, html, text, variants from step where campaign_id = $1 order by position",
    [campaignId],
  );
  const leads = await db.sql<{ id: Id; mailability: string } & Parameters<typeof render>[1]>(
    `select id, mailability, email, first_name as "firstName", last_name as "lastName", company, title, timezone, custom_fields as "customFields"
     from lead where tenant_id = $1 order by id`,
    [org.tenantId],
  );
  const expected = leads.flatMap((lead) => {
    if (lead.mailability !== "MAILABLE") return [[lead.id, 1, "SUPPRESSED", ""]];
    const rows: unknown[][] = [];
    for (const [index, step] of steps.entries()) {
      const rendering = render(compileTemplate(chooseVariant(step, lead.id).parts), lead);
      const missing = rendering.kind === "missing" ? rendering.variables : [];
      const reason = missing.length > 0 ? "MISSING_VARIABLE" : null;
      rows.push([lead.id, index + 1, reason, missing.toSorted().join(" ")]);
      if (reason) break;
    }
    return rows;
  });
  const page = { startAt: null, after: null, first: 1000 };
  const run = (await dryRunCampaign(admin, admin.scope, campaignId, page))!;
  const told = run.rows.map((row) => [row.leadId, row.position, row.skipReason, row.missing?.join(" ")]);
  expect(told).toEqual(expected);
  expect(run.rows.every(({ at, skipReason }) => (at === null) === (skipReason !== null))).toBe(true);
  const left = expected.filter(([, , reason]) => reason === "MISSING_VARIABLE").length;
  const [atFirst, atSecond] = [1, 2].map(
    (position) =>
      expected.filter(([, at, reason]) => at === position && reason === "MISSING_VARIABLE").length,
  );
  expect([atFirst! > 50, atSecond! > 50, left]).toEqual([true, true, atFirst! + atSecond!]);
  expect(run.skipped).toEqual([
    { reason: "MISSING_VARIABLE", count: left },
    { reason: "SUPPRESSED", count: 7 },
  ]);
  expect({ mails: run.mails, isForetold: run.isForetold, first: await gaps(campaignId) }).toEqual({
    mails: expected.length - left - 7,
    isForetold: true,
    first: atFirst,
  });
  // Of a wording that cannot be read nothing is foretold, and it says so.
  await db.sql("update step set html = '<mjml><mj-nothing></mjml>' where id = $1", [steps[1]!.id]);
  const unread = (await dryRunCampaign(admin, admin.scope, campaignId, page))!;
  expect(unread.isForetold).toBe(false);
  expect(new Set(unread.rows.filter(({ position }) => position === 2).map(({ missing }) => missing))).toEqual(
    new Set([null]),
  );
});
