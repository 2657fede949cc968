import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeCursor } from "../../domain/page.js";
import { startApi, type Api } from "../support/api.js";
import { TestSocket } from "../support/socket.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface Event {
  readonly healthUpdated: {
    cursor: string;
    health: { at: string; status: string; cpu: { percent: number } };
  };
}
const SUBSCRIPTION = `subscription ($intervalMs: Int) { healthUpdated(intervalMs: $intervalMs) {
  cursor health { at status cpu { percent status } memory { percent usedBytes totalBytes status }
    disk { percent freeBytes totalBytes status } eventLoop { p99Ms status } services { name status latencyMs } } } }`;

test("HM-05 health comes at once and then at the interval, each sample newer than the one before", async () => {
  const socket = await TestSocket.connect(api.url, (await api.as("ADMIN")).authorization);
  const id = socket.subscribe(SUBSCRIPTION, { intervalMs: 300 });
  const events = [];
  for (let index = 0; index < 5; index += 1)
    events.push((await socket.event<Event & Record<string, unknown>>(id, index)).healthUpdated);
  const times = events.map((event) => Date.parse(event.health.at));
  const gaps = times.slice(2).map((time, index) => time - times[index + 1]!);
  for (const gap of gaps) {
    expect(gap).toBeGreaterThan(200);
    expect(gap).toBeLessThan(1500);
  }
  expect(events.map((event) => event.cursor)).toEqual(
    events.map(({ health }) => encodeCursor(["healthUpdated", api.tenantId, health.at])),
  );
  socket.complete(id);
  await socket.close();
});

test("without an interval it is a second", async () => {
  const socket = await TestSocket.connect(api.url, (await api.as("ADMIN")).authorization);
  const id = socket.subscribe("subscription { healthUpdated { health { at } } }");
  const first = await socket.event<Event & Record<string, unknown>>(id, 1);
  const second = await socket.event<Event & Record<string, unknown>>(id, 2);
  const gap = Date.parse(second.healthUpdated.health.at) - Date.parse(first.healthUpdated.health.at);
  expect(gap).toBeGreaterThan(700);
  expect(gap).toBeLessThan(2500);
  await socket.close();
});

test.each([199, 60_001, 0, -1])("an interval of %i is refused, naming the rule", async (intervalMs) => {
  const socket = await TestSocket.connect(api.url, (await api.as("ADMIN")).authorization);
  const [error] = await socket.refusal(socket.subscribe(SUBSCRIPTION, { intervalMs }));
  expect(error).toMatchObject({
    extensions: {
      code: "BAD_USER_INPUT",
      issues: [{ path: ["intervalMs"], rule: "range", value: String(intervalMs) }],
    },
  });
  await socket.close();
});

test("the query gives what the subscription gives", async () => {
  const answer = await (
    await api.as("ADMIN")
  ).ask<{ health: { services: { name: string }[] } }>(
    "{ health { status at services { name status latencyMs detail } cpu { percent status } } }",
  );
  expect(answer.errors).toEqual([]);
  expect(answer.data!.health.services.map((service) => service.name)).toEqual([
    "postgres",
    "redis",
    "mail",
    "workers",
  ]);
});
