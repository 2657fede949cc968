import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  createAlertRule,
  DEFAULT_RULES,
  deleteAlertRule,
  findAlertRules,
  muteAlertRule,
  readAlertValues,
  recordSample,
  updateAlertRule,
  type HealthSample,
} from "../../domain/health/index.js";
import { newId } from "../../domain/ids.js";
import { Database } from "../../platform/database/database.js";
import { startAlerts } from "../../platform/health/alerts.js";
import type { Repetition } from "../../platform/repeat.js";
import { startApi, type Api } from "../support/api.js";
import { makeTenant, makeUser, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { TestSocket } from "../support/socket.js";
import { postOf, PUBLIC_URL } from "../support/transactional-mail.js";

let api: Api;
let second: Database;
let admin: TestUser;
let alerts: Repetition[] = [];
const EVERY_MS = 150;

beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
  admin = api.people.ADMIN;
  second = await Database.open(api.db.url, {
    poolSize: 4,
    statementTimeoutMs: 5000,
    applicationName: "second server",
  });
});
afterEach(async () => {
  await Promise.all(alerts.map((each) => each.stop()));
  alerts = [];
  await api.db.sql(
    "with a as (delete from alert_event), r as (delete from alert_rule), n as (delete from notification) delete from job",
  );
});
afterAll(async () => {
  await second.close();
  await api.close();
});

/** Two servers judge side by side. */
function startBoth(): void {
  const log = pino({ level: "silent" });
  alerts = [api.db.database, second].map((database) =>
    startAlerts({ database, bus: api.bus, log, everyMs: EVERY_MS }),
  );
}

/** Enough looks for whatever would be told twice. */
const aFewLooks = () => new Promise((resolve) => setTimeout(resolve, 8 * EVERY_MS));

async function lateEmail(seconds: number): Promise<void> {
  await api.db.sql(
    `insert into job (id, type, queue, payload, max_attempts, due_at)
     values ($1, 'emails.sendStep', 'emails', '{}', 1, now() - make_interval(secs => $2))`,
    [newId(), seconds],
  );
}
const emailsDone = () => api.db.sql("update job set state = 'SUCCEEDED' where type = 'emails.sendStep'");

const RULE = { name: "Late mail", signal: "OLDEST_WAITING_EMAILS", threshold: 300, forSeconds: 1 } as const;
const make = (more: object = {}, who = admin) => who.op.run(createAlertRule, { ...RULE, ...more });
const stateOf = async (ruleId: string) =>
  (await findAlertRules(api.db.database, api.tenantId, ruleId))[0]!.state;
const told = (kind = "ALERT") =>
  api.db.sql<{ user_id: string; title: string; detail: string; href: string }>(
    "select user_id, title, detail, href from notification where kind = $1 order by created_at, user_id",
    [kind],
  );
const mails = () =>
  api.db.sql<{ user: string; notice: string }>(
    `select payload ->> 'userId' as user, payload ->> 'notice' as notice from job
     where type = 'emails.sendTransactional' order by created_at, id`,
  );
const events = () =>
  api.db.sql<{ rule_name: string; value: number; recovered_at: string | null; was_muted: boolean }>(
    "select rule_name, value, recovered_at, was_muted from alert_event order by fired_at",
  );

describe("HM-08", () => {
  test("emails queue oldest > 300 s notifies each administrator once, and once on recovery, however many servers judge", async () => {
    const other = await makeUser(api.db.database, { tenantId: api.tenantId });
    const socket = await TestSocket.connect(api.url, (await api.as("ADMIN")).authorization);
    const live = socket.subscribe("subscription { notifications { notification { kind title href } } }");
    const { ruleId } = await make();
    await lateEmail(320);
    startBoth();
    await eventually(
      () => stateOf(ruleId),
      (state) => state === "PENDING",
    );
    expect(await told()).toEqual([]);
    await eventually(
      () => stateOf(ruleId),
      (state) => state === "FIRING",
    );
    await aFewLooks();
    const people = [admin.userId, other.userId].toSorted();
    const fired = await told();
    expect(fired.map(({ user_id }) => user_id)).toEqual(people);
    expect(fired[0]!.title).toMatch(/^Late mail: 32\d(\.\d)? s$/);
    expect(fired[0]!.detail).toMatch(/^Oldest waiting job, emails: 32\d(\.\d)? s; the limit is 300 s\.$/);
    expect(fired[0]!.href).toBe("/health");
    expect((await mails()).map(({ user, notice }) => [user, notice]).toSorted()).toEqual(
      people.map((user) => [user, "ALERT"]),
    );
    expect(await events()).toMatchObject([{ rule_name: "Late mail", recovered_at: null, was_muted: false }]);
    expect(await socket.event(live)).toMatchObject({
      notifications: { notification: { kind: "ALERT", href: "/health" } },
    });

    await emailsDone();
    await eventually(
      () => stateOf(ruleId),
      (state) => state === "OK",
    );
    await aFewLooks();
    expect(await told()).toHaveLength(2);
    const after = await told("ALERT_OVER");
    expect(after.map(({ title }) => title)).toEqual(["Late mail: over", "Late mail: over"]);
    expect((await mails()).map(({ notice }) => notice)).toEqual([
      "ALERT",
      "ALERT",
      "ALERT_OVER",
      "ALERT_OVER",
    ]);
    expect(await events()).toMatchObject([{ recovered_at: expect.any(String) }]);
    await socket.close();
    await api.db.sql("update app_user set status = 'SUSPENDED' where id = $1", [other.userId]);
  });

  test("the mail says which rule, value, limit, since when and where to look", async () => {
    await make({ forSeconds: 0 });
    await lateEmail(320);
    startBoth();
    const post = postOf(api);
    await eventually(mails, (jobs) => jobs.length === 1);
    await post.deliver();
    await emailsDone();
    await eventually(mails, (jobs) => jobs.length === 2);
    await post.deliver();
    const [fired, over] = await post.mailsTo(admin.email);
    expect(fired!.subject).toMatch(/^Late mail: 32\d(\.\d)? s$/);
    expect(fired!.text).toMatch(
      /The alert rule “Late mail” of Tenant \w+ is broken since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\./,
    );
    expect(fired!.text).toMatch(/Oldest waiting job, emails: 32\d(\.\d)? s\. The limit is 300 s\./);
    expect(fired!.text).toContain(`${PUBLIC_URL}/admin/health`);
    expect(over!.subject).toBe("Late mail: over");
    expect(over!.text).toMatch(/it lasted from [\d :-]+ UTC until [\d :-]+ UTC\./);
  });

  test("muted it is recorded, and nobody is told of its beginning or its end", async () => {
    const { ruleId } = await make({ forSeconds: 0 });
    await admin.op.run(muteAlertRule, { ruleId, until: new Date(Date.now() + 60_000) });
    await lateEmail(400);
    startBoth();
    await eventually(events, (seen) => seen.length === 1);
    await admin.op.run(muteAlertRule, { ruleId, until: null });
    await emailsDone();
    await eventually(events, (seen) => seen[0]!.recovered_at !== null);
    await aFewLooks();
    expect(await events()).toMatchObject([{ was_muted: true }]);
    expect(await told()).toEqual([]);
    expect(await mails()).toEqual([]);
  });

  test("what is over before its time is no alert", async () => {
    const { ruleId } = await make({ forSeconds: 2 });
    await lateEmail(400);
    startBoth();
    await eventually(
      () => stateOf(ruleId),
      (state) => state === "PENDING",
    );
    await emailsDone();
    await eventually(
      () => stateOf(ruleId),
      (state) => state === "OK",
    );
    expect(await events()).toEqual([]);
    expect(await told()).toEqual([]);
  });

  test("a rule is its organisation's: another one with other limits is told nothing", async () => {
    const tenantId = await makeTenant(api.db.database);
    const stranger = await makeUser(api.db.database, { tenantId });
    await make({ forSeconds: 0 });
    await make({ forSeconds: 0, threshold: 500 }, stranger);
    await lateEmail(400);
    startBoth();
    await eventually(events, (seen) => seen.length === 1);
    await aFewLooks();
    expect((await told()).map(({ user_id }) => user_id)).toEqual([admin.userId]);
  });

  test("switched off it forgets its state, and the alert that was open is over without a word", async () => {
    const { ruleId } = await make({ forSeconds: 0 });
    await lateEmail(400);
    startBoth();
    await eventually(events, (seen) => seen.length === 1);
    await admin.op.run(updateAlertRule, { ruleId, isEnabled: false });
    await aFewLooks();
    expect(await stateOf(ruleId)).toBe("OK");
    expect(await events()).toMatchObject([{ recovered_at: expect.any(String) }]);
    expect(await told()).toHaveLength(1);
    await admin.op.run(updateAlertRule, { ruleId, isEnabled: true });
    await eventually(events, (seen) => seen.length === 2);
  });

  test("deleted it is gone, and what it has told stays on record", async () => {
    const { ruleId } = await make({ forSeconds: 0 });
    await lateEmail(400);
    startBoth();
    await eventually(events, (seen) => seen.length === 1);
    await admin.op.run(deleteAlertRule, { ruleId });
    await aFewLooks();
    expect(await findAlertRules(api.db.database, api.tenantId)).toEqual([]);
    const { data } = await (
      await api.as("ADMIN")
    ).ask(
      "{ alertEvents(first: 5) { totalCount edges { node { ruleName signal threshold wasMuted recoveredAt } } } }",
    );
    expect(data).toEqual({
      alertEvents: {
        totalCount: 1,
        edges: [
          {
            node: {
              ruleName: "Late mail",
              signal: "OLDEST_WAITING_EMAILS",
              threshold: 300,
              wasMuted: false,
              recoveredAt: expect.any(String),
            },
          },
        ],
      },
    });
  });
});

describe("the figures that rules are judged by", () => {
  const sampleOf = async (host: string, values: Record<string, number | null>): Promise<HealthSample> => {
    const sample = await api.health.current();
    const signals = sample.signals.map((signal) =>
      signal.name in values ? { ...signal, value: values[signal.name]! } : signal,
    );
    return { ...sample, host, signals };
  };

  test("are the worst of all machines; what did not answer took as long as it was waited for", async () => {
    await recordSample(api.db.database, await sampleOf("one", { DISK: 40, POSTGRES_PING: 3, REDIS_PING: 2 }));
    await recordSample(
      api.db.database,
      await sampleOf("two", { DISK: 91, POSTGRES_PING: 2, REDIS_PING: null }),
    );
    await recordSample(api.db.database, await sampleOf("gone", { DISK: 99 }), 60);
    expect(await readAlertValues(api.db.database)).toMatchObject({
      DISK: 91,
      POSTGRES_PING: 3,
      REDIS_PING: 1000,
      WORKER_SILENCE: 3600,
    });
  });
});

test("H7 a worker that stands still for a minute is told of by a rule that everybody begins with, and its end too", async () => {
  const rule = DEFAULT_RULES.find(({ signal }) => signal === "WORKER_STALL")!;
  const { ruleId } = await make(rule);
  const id = newId();
  await api.db.sql(
    `insert into worker_heartbeat (id, host, pid, version, queues, lanes, stalled_seconds) values ($1, 'here', 1, 'test', '{emails}', 8, 60)`,
    [id],
  );
  startBoth();
  await aFewLooks();
  expect(await stateOf(ruleId)).toBe("OK");
  await api.db.sql("update worker_heartbeat set at = now(), stalled_seconds = 65 where id = $1", [id]);
  await eventually(
    () => stateOf(ruleId),
    (state) => state === "FIRING",
  );
  expect(await told()).toMatchObject([
    {
      user_id: admin.userId,
      title: "Worker stands still: 65 s",
      detail: "Longest standstill of a worker: 65 s; the limit is 60 s.",
    },
  ]);
  await api.db.sql("update worker_heartbeat set stopped_at = now() where id = $1", [id]);
  await eventually(
    () => stateOf(ruleId),
    (state) => state === "OK",
  );
  await api.db.sql("delete from worker_heartbeat where id = $1", [id]);
});

describe("the rules to begin with", () => {
  test("come to every organisation once; what is deleted does not come back", async () => {
    startBoth();
    const rules = () => findAlertRules(api.db.database, api.tenantId);
    // The others of this file have had theirs taken away.
    await api.db.sql("update tenant set alert_rules_made_at = null where id = $1", [api.tenantId]);
    const found = await eventually(rules, (seen) => seen.length > 0);
    expect(
      found.map(({ name, signal, threshold, forSeconds }) => ({ name, signal, threshold, forSeconds })),
    ).toEqual(DEFAULT_RULES.toSorted((one, other) => one.name.localeCompare(other.name)));
    await admin.op.run(deleteAlertRule, { ruleId: found[0]!.id });
    await aFewLooks();
    expect(await rules()).toHaveLength(DEFAULT_RULES.length - 1);
  });
});
