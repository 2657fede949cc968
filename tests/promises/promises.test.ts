import { pino } from "pino";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createCampaign, FIRST_BATCH, launchCampaign, planAudience } from "../../domain/campaigns/index.js";
import { releaseDueMessages, skipSuppressedMessages } from "../../domain/emails/index.js";
import { rollUpHealth } from "../../domain/health/index.js";
import { newId } from "../../domain/ids.js";
import { createLead, suppress } from "../../domain/leads/index.js";
import { PROMISES, readPromises, type PromiseView } from "../../domain/promises/index.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { runRound, startPromises } from "../../platform/promises.js";
import { startApi, type Api } from "../support/api.js";
import { makeTenant, makeUser, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { lanesFor, settled } from "../support/mail-run.js";
import { startSmtpSink } from "../support/smtp-sink.js";
import { TestSocket } from "../support/socket.js";

let api: Api;
let other: TestUser;
let campaignId: string;
const log = pino({ level: "silent" });
const LEADS = 3;

beforeAll(async () => {
  api = await startApi();
  other = await makeUser(api.db.database, { tenantId: await makeTenant(api.db.database) });
  campaignId = await ordinaryCampaign();
});
afterAll(() => api.close());

const sql: Api["db"]["sql"] = (text, values) => api.db.sql(text, values);
const round = (options: Parameters<typeof runRound>[1] = {}) =>
  runRound({ database: api.db.database, bus: api.bus, log }, { everySeconds: 0, ...options });
const board = (tenantId = api.tenantId) => readPromises(api.db.database, tenantId);
const named = (views: readonly PromiseView[], status: string) =>
  views.filter((view) => view.status === status).map(({ id }) => id);
/** Every promise that is not kept, with the ids of its rows. */
const offending = async (tenantId?: string) =>
  Object.fromEntries(
    (await board(tenantId))
      .filter(({ status }) => status !== "KEPT")
      .map((view) => [view.id, view.offending.map(({ id }) => id).toSorted()]),
  );
/** The message of a step for the nth lead. */
const message = async (n: number, step: number) =>
  (
    await sql<{ id: string; lead_id: string; enrollment_id: string; version_id: string }>(
      `select * from message where campaign_id = $1 and step_position = $2 order by lead_id offset $3 limit 1`,
      [campaignId, step, n],
    )
  )[0]!;

/** Two steps for three leads through the real lanes, and one lead who is suppressed before; an hour ago. */
async function ordinaryCampaign(): Promise<string> {
  const { op } = api.people.ADMIN;
  const leadIds: string[] = [];
  for (let n = 0; n <= LEADS; n += 1)
    leadIds.push((await op.run(createLead, { email: `p${n}@example.com`, firstName: `P${n}` })).leadId);
  await op.run(suppress, { email: `p${LEADS}@example.com`, reason: "UNSUBSCRIBED" });
  const step = { delayMinutes: 0, subject: "Hello", html: "<p>Hello</p>" };
  const made = await op.run(createCampaign, {
    name: "Spring",
    fromName: "Ada",
    fromEmail: "ada@example.com",
    steps: [step, step],
    audience: { leadIds },
  });
  await op.run(launchCampaign, made);
  const job = openOperation(
    api.db.database,
    { kind: "JOB", name: "campaigns.plan" },
    { requestId: newId() },
    api.tenantId,
  );
  for (let after: string | null = FIRST_BATCH; after !== null;)
    after = (await job.run(planAudience, { ...made, after })).last;
  const sink = await startSmtpSink();
  const lanes = lanesFor(api.db, sink.url);
  const released = async () => releaseDueMessages(api.db.database, 100);
  await eventually(
    async () => {
      await released();
      return (await sql("select from message where state = 'SENT'")).length;
    },
    (sent) => sent === 2 * LEADS,
  );
  await settled(api.db, made.campaignId);
  await lanes.stop();
  await sink.stop();
  await sql(
    `update message set intent_at = intent_at - interval '1 hour', sent_at = sent_at - interval '1 hour',
       claimed_at = claimed_at - interval '1 hour'`,
  );
  await sql("update campaign set planned_at = planned_at - interval '1 hour'");
  return made.campaignId;
}

/** Everything that is there now has been seen: the next look at what is new begins here. */
async function markHere(): Promise<void> {
  await sql("delete from promise_round where started_at < now() - interval '2 minutes'");
  await sql(
    `insert into promise_round (id, started_at, finished_at, lease_until, event_seq, is_whole)
     select uuid_v7(), now() - interval '3 minutes', now(), now(), max(seq), false from message_event`,
  );
}

const noteCheck = (tenantId?: string) =>
  sql(
    `insert into audit_check (started_at, entries, seals, faults, fault_count)
     values (now(), 1, 1, $1::jsonb, jsonb_array_length($1::jsonb))`,
    [
      JSON.stringify(
        tenantId
          ? [{ chain: tenantId, kind: "leaves", seq: 1, seal: 1, message: "Entry 1 was changed." }]
          : [],
      ),
    ],
  );

test("the runner looks by itself; after an ordinary campaign all is kept, but what cannot be said yet", async () => {
  expect((await board()).map(({ status, doubt }) => [status, doubt])).toEqual(
    PROMISES.map(() => ["UNKNOWN", "It has not been looked at yet."]),
  );
  await sql(
    `insert into health_sample (host, at, status, cpu_percent, memory_percent, disk_percent, event_loop_p99_ms, services, signals)
     select 'here', date_bin('5 minutes', now(), 'epoch') - n * interval '5 seconds', 'HEALTHY', 10 + n, 20, 30, 5, '{}', '{}'
     from generate_series(1, 5) n`,
  );
  expect(await rollUpHealth(api.db.database)).toBe(1);
  const runner = startPromises({ database: api.db.database, bus: api.bus, log });
  await eventually(
    () => sql("select from promise_round where finished_at is not null"),
    (rows) => rows.length === 1,
  );
  await runner.stop();
  const first = await board();
  expect(named(first, "UNKNOWN")).toEqual(["RECORD_VERIFIES"]);
  expect(first.find(({ id }) => id === "RECORD_VERIFIES")!.doubt).toMatch(/has not been checked yet/);
  await noteCheck();
  // The minute is taken, whoever asks; and of two that come at once one has it.
  expect(await round({ everySeconds: 60 })).toBe(false);
  expect((await Promise.all([round(), round()])).toSorted()).toEqual([false, true]);
  await markHere();
  await round({ isWhole: false });
  const views = await board();
  expect(named(views, "KEPT")).toEqual(PROMISES.map(({ id }) => id));
  for (const { checkedAt, checkedWholeAt, durationMs, brokenSince } of views) {
    expect(Date.parse(checkedAt!)).toBeGreaterThan(Date.parse(checkedWholeAt!));
    expect(durationMs).toBeLessThan(5_000);
    expect(brokenSince).toBeNull();
  }
  expect(await sql("select from notification")).toEqual([]);
});

interface Forgery {
  readonly promise: string;
  readonly what: string;
  /** @returns the ids that are to be named, and what takes the forgery back */
  readonly forge: () => Promise<{ ids: readonly string[]; undo: () => Promise<unknown> }>;
  /** It leaves nothing that is new: only a look at everything finds it. */
  readonly isOld?: true;
}

const twin = async (position: number) => {
  const first = await message(0, 1);
  const [stepId, id] = [newId(), newId()];
  await sql(
    `with s as (insert into step (id, tenant_id, campaign_id, position, delay_minutes, subject, html)
       select $1, tenant_id, campaign_id, 9, 0, '', '' from message where id = $3)
     insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, planned_at, due_at, intent_at, sent_at)
     select $2, tenant_id, campaign_id, version_id, enrollment_id, $1, $4, lead_id, 'SENT', now(), now(), now(), now() from message where id = $3`,
    [stepId, id, first.id, position],
  );
  await sql(
    `insert into message_event (tenant_id, campaign_id, message_id, type, source)
     select tenant_id, campaign_id, id, 'sent', 'lane' from message where id = $1`,
    [id],
  );
  const undo = async () => {
    await sql("delete from message_event where message_id = $1", [id]);
    await sql("delete from message where id = $1", [id]);
    await sql("delete from step where id = $1", [stepId]);
  };
  return { ids: position === 1 ? [first.id, id] : [id], undo };
};
const event = (messageId: string, type: string) =>
  sql<{ seq: number }>(
    `insert into message_event (tenant_id, campaign_id, message_id, type, source)
     select tenant_id, campaign_id, id, $2, 'forger' from message where id = $1 returning seq`,
    [messageId, type],
  );
const forgeEvents = async (...types: string[]) => {
  const { id } = await message(1, 1);
  const rows = [];
  for (const type of types) rows.push(...(await event(id, type)));
  const seqs = rows.map(({ seq }) => seq);
  return { ids: [id], undo: () => sql("delete from message_event where seq = any($1::bigint[])", [seqs]) };
};

const FORGERIES: readonly Forgery[] = [
  {
    promise: "NEVER_TWICE",
    what: "a second message in the place of a step, as another step",
    forge: () => twin(1),
  },
  {
    promise: "NEVER_TWICE",
    what: "a mail of a step that no launch has frozen",
    forge: () => twin(9),
  },
  { promise: "NEVER_TWICE", what: "a message that is sent again", forge: () => forgeEvents("sent") },
  {
    promise: "NEVER_TWICE",
    what: "a message that is claimed again after it was sent",
    forge: () => forgeEvents("queued", "claimed", "sent"),
  },
  {
    promise: "SUPPRESSED_NOT_MAILED",
    what: "a mail to somebody who was suppressed before, lifted since",
    isOld: true,
    async forge() {
      const [one, two, id] = [await message(2, 1), await message(2, 2), newId()];
      await sql(
        `insert into suppression (id, tenant_id, email_hash, reason, source, created_at, lifted_at)
         select $1, tenant_id, email_hash, 'COMPLAINT', 'test', now() - interval '2 hours', now() from lead where id = $2`,
        [id, one.lead_id],
      );
      return { ids: [one.id, two.id], undo: () => sql("delete from suppression where id = $1", [id]) };
    },
  },
  {
    promise: "SUPPRESSION_CANCELS",
    what: "mail that is planned for somebody who is suppressed",
    async forge() {
      const [id, leadId, enrollmentId] = [newId(), newId(), newId()];
      await sql(
        `with l as (
           insert into lead (id, tenant_id, email, email_canonical, email_hash, source, mailability)
           values ($2, $5, 'late@example.com', 'late@example.com', sha256('late'), 'test', 'UNSUBSCRIBED') returning *),
         s as (
           insert into suppression (id, tenant_id, email_hash, reason, source, created_at)
           select uuid_v7(), tenant_id, email_hash, 'UNSUBSCRIBED', 'test', now() - interval '3 minutes' from l),
         e as (
           insert into enrollment (id, tenant_id, campaign_id, lead_id, state) select $3, tenant_id, $4, id, 'WAITING' from l)
         insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, planned_at, due_at)
         select $1, $5, $4, version_id, $3, step_id, 2, $2, 'PLANNED', now() - interval '4 minutes', now() + interval '1 day'
         from message where campaign_id = $4 and step_position = 2 limit 1`,
        [id, leadId, enrollmentId, campaignId, api.tenantId],
      );
      await event(id, "planned");
      return {
        ids: [id],
        // What the minute's tick would have done.
        async undo() {
          expect(await skipSuppressedMessages(api.db.database)).toEqual([campaignId]);
          expect(
            await sql(
              `select m.state, m.reason, e.state as enrollment, e.skip_reason, array(select type from message_event v where v.message_id = m.id order by seq) as events
               from message m join enrollment e on e.id = m.enrollment_id where m.id = $1`,
              [id],
            ),
          ).toEqual([
            {
              state: "SKIPPED",
              reason: "SUPPRESSED",
              enrollment: "SKIPPED",
              skip_reason: "SUPPRESSED",
              events: ["planned", "skipped"],
            },
          ]);
          expect(await skipSuppressedMessages(api.db.database)).toEqual([]);
        },
      };
    },
  },
  {
    promise: "STOPPED_SENDS_NOTHING",
    what: "a mail of a campaign that was over",
    async forge() {
      const { id } = await message(0, 2);
      await sql("update message set sent_at = now(), intent_at = now() where id = $1", [id]);
      await sql(
        "update campaign set status = 'COMPLETED', completed_at = now() - interval '5 minutes' where id = $1",
        [campaignId],
      );
      return {
        ids: [id],
        undo: async () => {
          await sql(
            "update message set sent_at = now() - interval '1 hour', intent_at = now() - interval '1 hour' where id = $1",
            [id],
          );
          await sql("update campaign set status = 'RUNNING', completed_at = null where id = $1", [
            campaignId,
          ]);
        },
      };
    },
  },
  {
    promise: "STEPS_IN_ORDER",
    what: "a second step before the first was sent",
    isOld: true,
    async forge() {
      const [first, second] = [await message(0, 1), await message(0, 2)];
      const move = (to: string) => sql(`update message set sent_at = ${to} where id = $1`, [first.id]);
      await move("now()");
      return { ids: [second.id], undo: () => move("now() - interval '61 minutes'") };
    },
  },
  {
    promise: "OWN_LEADS_ONLY",
    what: "mails to a lead of another team",
    isOld: true,
    async forge() {
      const [one, two, team] = [await message(1, 1), await message(1, 2), newId()];
      await sql("insert into team (id, tenant_id, name) values ($1, $2, 'Others')", [team, api.tenantId]);
      await sql("update lead set owner_team_id = $1 where id = $2", [team, one.lead_id]);
      return {
        ids: [one.id, two.id],
        undo: async () => {
          await sql("update lead set owner_team_id = null where id = $1", [one.lead_id]);
          await sql("delete from team where id = $1", [team]);
        },
      };
    },
  },
  {
    promise: "ALL_ACCOUNTED_FOR",
    what: "a lead of the audience that is nowhere",
    isOld: true,
    async forge() {
      const [gone] = await sql<object>(
        "delete from enrollment e where campaign_id = $1 and not exists (select from message where enrollment_id = e.id) returning *",
        [campaignId],
      );
      return {
        ids: [campaignId],
        undo: () =>
          sql("insert into enrollment select * from jsonb_populate_record(null::enrollment, $1::jsonb)", [
            JSON.stringify(gone),
          ]),
      };
    },
  },
  {
    promise: "STATES_HAVE_EVENTS",
    what: "a state that no event tells of",
    isOld: true,
    async forge() {
      const { id } = await message(2, 2);
      const set = (state: string) => sql("update message set state = $2 where id = $1", [id, state]);
      await set("DELIVERED");
      return { ids: [id], undo: () => set("SENT") };
    },
  },
  {
    promise: "RECORD_VERIFIES",
    what: "a fault that the nightly check has found",
    async forge() {
      await noteCheck(api.tenantId);
      return { ids: ["1"], undo: () => noteCheck() };
    },
  },
  {
    promise: "SUMS_ARE_RECOUNTS",
    what: "a sum that is not that of its samples",
    async forge() {
      const set = (by: number) => sql("update health_history set cpu_percent = cpu_percent + $1", [by]);
      await set(1);
      const [row] = await sql<{ id: string }>("select host || ' ' || at as id from health_history");
      return { ids: [row!.id], undo: () => set(-1) };
    },
  },
];
const everybodys = new Set(["SUMS_ARE_RECOUNTS"]);

test.each(FORGERIES)(
  "$promise: $what turns it red alone, with its rows",
  async ({ promise, forge, isOld }) => {
    await markHere();
    const { ids, undo } = await forge();
    const expected = { [promise]: ids.toSorted() };
    try {
      // Also that the one before is kept again.
      await round({ isWhole: Boolean(isOld) });
      expect(await offending()).toEqual(expected);
      expect(await offending(other.tenantId)).toEqual(everybodys.has(promise) ? expected : {});
      // It is not forgotten when it is not new any more.
      await markHere();
      await round({ isWhole: false });
      expect(await offending()).toEqual(expected);
      const view = (await board()).find(({ id }) => id === promise)!;
      expect(view).toMatchObject({ status: "BROKEN", count: ids.length, doubt: null });
      expect(view.offending.every(({ detail }) => detail.length > 10)).toBe(true);
    } finally {
      await undo();
    }
  },
);

test("a step that was left out by a rule is not waited for", async () => {
  const { id } = await message(0, 1);
  const [row] = await sql<object>("select * from message where id = $1", [id]);
  await sql(
    "update message set state = 'SKIPPED', reason = 'OVERDUE_SKIPPED', intent_at = null, sent_at = null where id = $1",
    [id],
  );
  const [{ seq }] = (await event(id, "skipped")) as [{ seq: number }];
  try {
    await round({ isWhole: true });
    expect(await offending()).toEqual({});
  } finally {
    await sql("delete from message_event where seq = $1", [seq]);
    await sql(
      `update message m set state = r.state, reason = r.reason, intent_at = r.intent_at, sent_at = r.sent_at
       from jsonb_populate_record(null::message, $1::jsonb) r where m.id = r.id`,
      [JSON.stringify({ ...row, body_digest: null })],
    );
  }
});

test("what cannot be looked at is unknown and holds up nothing; what is known to be broken stays so", async () => {
  await round({ isWhole: true });
  expect(await offending()).toEqual({});
  const { undo } = await forgeEvents("sent");
  await round({ isWhole: true });
  await sql("alter table campaign_version rename to away");
  const client = new Client({ connectionString: api.db.url });
  await client.connect();
  await client.query("begin; lock table health_history in access exclusive mode");
  try {
    await round({ isWhole: true, limitMs: 300 });
    // Whoever is stopped meanwhile waits for no look.
    await sql("update promise_round set started_at = started_at - interval '61 seconds'");
    const runner = startPromises({ database: api.db.database, bus: api.bus, log });
    await eventually(
      () =>
        sql("select from pg_stat_activity where wait_event_type = 'Lock' and query like '%health_history%'"),
      (rows) => rows.length > 0,
    );
    const begun = performance.now();
    await runner.stop();
    expect(performance.now() - begun).toBeLessThan(2_000);
  } finally {
    await client.end();
    await sql("alter table away rename to campaign_version");
    await undo();
  }
  const doubts = (await board())
    .filter(({ doubt }) => doubt)
    .map(({ id, status, doubt }) => [id, status, doubt]);
  const failed = "The look at it failed; the server's log says why.";
  expect(doubts).toEqual([
    ["NEVER_TWICE", "BROKEN", failed],
    ["STEPS_IN_ORDER", "UNKNOWN", failed],
    ["SUMS_ARE_RECOUNTS", "UNKNOWN", "The look took longer than 0.3 s."],
  ]);
  await round({ isWhole: true });
  expect(await offending()).toEqual({});
  await sql("update promise_look set checked_at = now() - interval '6 minutes'");
  expect(named(await board(), "UNKNOWN")).toHaveLength(PROMISES.length);
  await round();
});

test("a breach of more rows than can be named is counted, and is not called over by a look at what is new", async () => {
  await sql(
    `insert into promise_breach (promise, tenant_id, broken_since, count, offending) values ('NEVER_TWICE', $1, now(), 30, '[]')`,
    [api.tenantId],
  );
  await markHere();
  await sql(
    "update promise_look set round_id = (select id from promise_round order by started_at desc limit 1)",
  );
  await round({ isWhole: false });
  expect((await board()).find(({ id }) => id === "NEVER_TWICE")).toMatchObject({
    status: "BROKEN",
    count: 30,
  });
  await round({ isWhole: true });
  expect(await offending()).toEqual({});
});

interface Seen {
  readonly id: string;
  readonly status: string;
  readonly offendingCount: number;
  readonly brokenSince: string | null;
  readonly offending: readonly Record<string, unknown>[];
}
const FIELDS = `id status offendingCount brokenSince offending { kind nodeId campaignId label detail }`;

let undoLast: () => Promise<unknown> = async () => {};
afterEach(async () => {
  await undoLast();
  undoLast = async () => {};
});

test("a forged double send reaches who watches and is told to administrators; another organisation sees nothing of it", async () => {
  const [mine, theirs] = [await api.as("ADMIN"), api.withHeader(`Bearer ${await api.tokenOf(other)}`)];
  const socket = await TestSocket.connect(api.url, mine.authorization);
  const live = socket.subscribe(
    `subscription { promisesUpdated { cursor gap { reason } promises { ${FIELDS} } } }`,
  );
  const at = async (index: number) =>
    (await socket.event<{ promisesUpdated: { cursor: string; gap: unknown; promises: Seen[] } }>(live, index))
      .promisesUpdated;
  const before = await at(0);
  expect(before.gap).toBeNull();
  expect(new Set(before.promises.map(({ status }) => status))).toEqual(new Set(["KEPT"]));
  await sql("delete from notification");
  const { ids, undo } = await forgeEvents("sent");
  undoLast = undo;
  await round();
  const row = {
    kind: "MESSAGE",
    nodeId: ids[0],
    campaignId,
    label: "Step 1 of Spring",
    detail: expect.stringMatching(/^Sent a second time 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$/),
  };
  const after = await at(1);
  const red = after.promises.filter(({ status }) => status !== "KEPT");
  expect(red).toEqual([
    {
      id: "NEVER_TWICE",
      status: "BROKEN",
      offendingCount: 1,
      brokenSince: expect.stringMatching(/^20.*Z$/),
      offending: [row],
    },
  ]);
  const ask = async (who: typeof mine) =>
    (await who.ask<{ promises: Seen[] }>(`{ promises { ${FIELDS} } }`)).data!.promises;
  expect((await ask(mine)).filter(({ status }) => status !== "KEPT")).toEqual(red);
  const [concern] = (
    await mine.ask<{ overview: { attention: object[] } }>(
      "{ overview { attention { id severity title detail href } } }",
    )
  ).data!.overview.attention;
  expect(concern).toEqual({
    id: "PROMISE:NEVER_TWICE",
    severity: "CRITICAL",
    title: "Promise broken: Nobody gets a step twice",
    detail: expect.stringMatching(/^Step 1 of Spring: Sent a second time .* UTC\.$/),
    href: "/promises",
  });
  const foreign = await ask(theirs);
  expect(foreign.every(({ status, offending: rows }) => status === "KEPT" && rows.length === 0)).toBe(true);
  expect(await sql("select user_id, title, detail, href from notification")).toEqual([
    {
      user_id: api.people.ADMIN.userId,
      title: "Promise broken: Nobody gets a step twice",
      detail: expect.stringMatching(/^Step 1 of Spring: Sent a second time .* UTC\.$/),
      href: "/promises",
    },
  ]);
  const back = await TestSocket.connect(api.url, mine.authorization);
  const missed = await back.event<{ promisesUpdated: { gap: unknown } }>(
    back.subscribe(`subscription { promisesUpdated(after: "${before.cursor}") { gap { reason } } }`),
  );
  expect(missed.promisesUpdated.gap).toEqual({ reason: "NOT_KEPT" });
  await Promise.all([socket.close(), back.close()]);
  const refused = await (await api.as("MANAGER")).ask("{ promises { id } }");
  expect(refused.errors[0]!.extensions.code).toBe("FORBIDDEN");
});
