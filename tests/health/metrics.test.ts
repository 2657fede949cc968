import { execFile, spawnSync } from "node:child_process";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import { isLoopback } from "../../server/http/metrics.js";
import { startApi, type Api } from "../support/api.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { TestSocket } from "../support/socket.js";
import { faultsOf, seriesOf } from "./support/exposition.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const outwaitCache = () => new Promise((resolve) => setTimeout(resolve, 1_050));
/** A scrape of its own. */
async function scrape(): Promise<string> {
  await outwaitCache();
  const response = await api.withHeader(undefined).fetch("/metrics");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
}

/** As an operator would: promtool check metrics < text. @returns what it says; empty when it is content */
function promtool(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile("promtool", ["check", "metrics"], (error, stdout, stderr) => {
      if (error && error.code === "ENOENT") reject(error);
      else resolve(`${stdout}${stderr}`);
    });
    child.stdin!.end(text);
  });
}
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

describe("HM-09 /metrics", () => {
  test("keeps the rules of names, units and text", async () => {
    expect(faultsOf(await scrape())).toEqual([]);
  });

  test.skipIf(!hasPromtool)("promtool check metrics has nothing to say", async () => {
    expect(await promtool(await scrape())).toBe("");
  });

  test("the rules that are looked at here would see a fault", () => {
    const faults = (text: string) => faultsOf(text).length;
    expect(faults("# HELP a_x Of a.\n# TYPE a_x gauge\na_x 1\n")).toBe(0);
    expect(faults("# TYPE a_x gauge\na_x 1\n")).toBe(1);
    expect(faults("# HELP a_total Of a.\n# TYPE a_total gauge\na_total 1\n")).toBe(1);
    expect(faults("# HELP a_x Of a.\n# TYPE a_x counter\na_x 1\n")).toBe(1);
    expect(faults("# HELP a_milliseconds Of a.\n# TYPE a_milliseconds gauge\na_milliseconds 1\n")).toBe(1);
    expect(faults("# HELP aB Of a.\n# TYPE aB gauge\naB 1\n")).toBe(1);
    expect(faults("# HELP a_x Of a.\n# TYPE a_x gauge\na_x 1\na_x 2\n")).toBe(1);
    expect(faults("# HELP a_x Of a.\n# TYPE a_x gauge\na_x one\n")).toBe(1);
  });

  test("counts operations by type and code, on both transports, and requests by class and status", async () => {
    const before = seriesOf(await scrape());
    const admin = await api.as("ADMIN");
    await admin.ask("{ me { role } }");
    await admin.ask("{ me { nothing } }");
    await api.withHeader(undefined).ask("{ me { role } }");
    await admin.ask("mutation { markNotificationsRead { __typename } }");
    await admin.fetch("/no/such/page");
    const socket = await TestSocket.connect(api.url, admin.authorization);
    await socket.event(socket.subscribe("subscription { healthUpdated { cursor } }"));
    await socket.refusal(socket.subscribe("subscription { healthUpdated(intervalMs: 1) { cursor } }"));
    const after = seriesOf(await scrape());
    const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    const operations = (type: string, code: string) =>
      grown(`postwatch_graphql_operations_total{type="${type}",code="${code}"}`);
    expect(operations("query", "OK")).toBe(1);
    expect(operations("query", "UNAUTHENTICATED")).toBe(1);
    expect(
      operations("unknown", "GRAPHQL_VALIDATION_FAILED") + operations("query", "GRAPHQL_VALIDATION_FAILED"),
    ).toBe(1);
    expect(operations("mutation", "OK")).toBe(1);
    expect(operations("subscription", "OK")).toBe(1);
    expect(operations("subscription", "BAD_USER_INPUT")).toBe(1);
    expect(after.get("postwatch_websocket_connections")).toBe(1);
    expect(after.get("postwatch_websocket_subscriptions")).toBe(1);
    const requests = (route: string, status: number) =>
      grown(`postwatch_http_request_duration_seconds_count{route="${route}",status="${status}"}`);
    expect(requests("graphql", 200)).toBe(2);
    expect(requests("graphql", 401)).toBe(1);
    expect(requests("other", 404)).toBe(1);
    expect(requests("metrics", 200)).toBe(1);
    await socket.close();
  });

  test("knows jobs by queue and state, the oldest wait, and the state of each part", async () => {
    const job = (queue: string, state: string, dueInSeconds: number) =>
      api.db.sql(
        `insert into job (id, type, queue, payload, max_attempts, state, due_at, finished_at)
         values ($1, $2 || '.x', $2, '{}', 1, $3, now() + make_interval(secs => $4), now())`,
        [newId(), queue, state, dueInSeconds],
      );
    await job("analytics", "WAITING", -700);
    await job("analytics", "WAITING", 700);
    await job("analytics", "WAITING", 701);
    await job("emails", "ACTIVE", 0);
    await job("campaigns", "FAILED", 0);
    const series = seriesOf(await scrape());
    const jobs = (queue: string, state: string) =>
      series.get(`postwatch_jobs{queue="${queue}",state="${state}"}`);
    expect(jobs("analytics", "WAITING")).toBe(1);
    expect(jobs("analytics", "DELAYED")).toBe(2);
    expect(jobs("emails", "ACTIVE")).toBe(1);
    expect(jobs("campaigns", "FAILED")).toBe(1);
    expect(jobs("campaigns", "WAITING")).toBe(0);
    expect(series.get('postwatch_job_oldest_wait_seconds{queue="analytics"}')).toBeGreaterThanOrEqual(700);
    expect(series.get("postwatch_outbox_lag_seconds")).toBeGreaterThanOrEqual(0);
    expect(series.get('postwatch_health_status{part="workers"}')).toBe(2);
    expect(series.get('postwatch_health_status{part="all"}')).toBe(2);
    expect(series.get('postwatch_database_pool_connections{state="in_use"}')).toBeGreaterThanOrEqual(0);
    expect(series.get("postwatch_database_pool_max_connections")).toBe(4);
  });

  test("counts mails by outcome from when it was started, each once", async () => {
    const { campaignId, tenantId } = await seedCampaign(api.db.database, { leads: 3 });
    const note = (type: string, secondsAgo: number) =>
      api.db.sql(
        `insert into message_event (tenant_id, campaign_id, message_id, type, source, at)
         select tenant_id, campaign_id, id, $3, 'lane', now() - make_interval(secs => $4) from message
         where campaign_id = $1 and tenant_id = $2`,
        [campaignId, tenantId, type, secondsAgo],
      );
    const sent = (text: string) => seriesOf(text).get('postwatch_mail_outcomes_total{outcome="sent"}');
    expect(sent(await scrape())).toBe(0);
    await note("sent", 10);
    await note("planned", 10);
    expect(sent(await scrape())).toBe(3);
    expect(sent(await scrape())).toBe(3);
    await note("sent", 10);
    const text = await scrape();
    expect(sent(text)).toBe(6);
    expect(text).not.toContain("planned");
  });

  test("a flood of scrapes is one look a second", async () => {
    await outwaitCache();
    const looks: string[] = [];
    const { query } = api.db.database;
    api.db.database.query = function (statement, values) {
      looks.push(statement.name);
      return query.call(this, statement, values) as never;
    };
    try {
      await Promise.all(Array.from({ length: 100 }, () => api.withHeader(undefined).fetch("/metrics")));
    } finally {
      api.db.database.query = query;
    }
    expect(looks.filter((name) => name === "metrics_look").length).toBeLessThanOrEqual(3);
  });
});

describe("who may read them", () => {
  const good = "probes-of-this-installation";

  test.each([
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["::1", true],
    ["localhost", true],
    ["0.0.0.0", false],
    ["::", false],
    ["10.0.0.1", false],
    ["127.0.0.1.example.com", false],
    ["example.com", false],
  ])("%s is loopback: %s", (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  /** Fetch sets no Host of our choice; this is a plain request. */
  const get = (at: Api, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const { port } = new URL(at.url);
      request({ host: "127.0.0.1", port, path: "/metrics", headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode!);
      })
        .once("error", reject)
        .end();
    });

  test("a server that others can reach wants the token", async () => {
    const open = await startApi({ environment: { HOST: "0.0.0.0", PROBE_TOKEN: good } });
    try {
      expect(await get(open, {})).toBe(401);
      expect(await get(open, { authorization: "Bearer wrong-token-of-a-stranger" })).toBe(401);
      expect(await get(open, { authorization: (await open.as("ADMIN")).authorization! })).toBe(401);
      expect(await get(open, { authorization: `Bearer ${good}` })).toBe(200);
    } finally {
      await open.close();
    }
  });

  test("without a token it is closed to all", async () => {
    const open = await startApi({ environment: { HOST: "0.0.0.0" } });
    try {
      expect(await get(open, {})).toBe(401);
      expect(await get(open, { authorization: "Bearer undefined" })).toBe(401);
    } finally {
      await open.close();
    }
  });

  test("on loopback this machine may, and what a proxy passed on may not", async () => {
    expect(await get(api, {})).toBe(200);
    expect(await get(api, { "x-forwarded-for": "203.0.113.9" })).toBe(401);
    expect(await get(api, { forwarded: "for=203.0.113.9" })).toBe(401);
  });
});
