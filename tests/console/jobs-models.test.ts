import { expect, test } from "vitest";
import { fieldOf, parsePayload } from "../../console/src/jobs/job/payload.model";
import { progressOf, span, wholeSpan } from "../../console/src/jobs/jobs.model";
import { countIn, filterOf, listStateOf } from "../../console/src/jobs/list/filter.model";
import { limitsOf, perMinute, waitTone } from "../../console/src/jobs/queues/queue.model";
import { historyWords, outcomeOf } from "../../console/src/jobs/schedules/schedule.model";
import { policyWords } from "../../console/src/jobs/types/type.model";
import { fleetWords, inOrder, usualVersion } from "../../console/src/jobs/workers/worker.model";

test("a span has at most two units", () => {
  expect([0, 340, 4_210, 59_600, 60_000, 200_000, 7_500_000, 273_600_000].map(span)).toEqual([
    "0 ms",
    "340 ms",
    "4.2 s",
    "1 min",
    "1 min",
    "3 min 20 s",
    "2 h 5 min",
    "3 d 4 h",
  ]);
  expect([-3, 0.4, 9.9, 34.2, 61].map(wholeSpan)).toEqual(["0 s", "0 s", "9 s", "34 s", "1 min 1 s"]);
});

test("progress is a share where done and total are told, words otherwise, and nothing when nothing is", () => {
  expect(progressOf({ done: 6_120, total: 10_000 })).toEqual({ share: 0.612, text: "6,120 of 10,000" });
  expect(progressOf({ done: 12, total: 10 })?.share).toBe(1);
  expect(progressOf({ done: 1, total: 0 })).toEqual({ text: "1 done, 0 total" });
  expect(progressOf({ rowsDeleted: 7 })).toEqual({ text: "7 rows deleted" });
  expect(progressOf({ nested: {} })).toBeUndefined();
  expect(progressOf(null)).toBeUndefined();
});

const stateOf = (search: string) => {
  const params = new URLSearchParams(search);
  return listStateOf((key) => params.get(key) ?? "");
};

test("the address tells which jobs; what it does not know counts as not given", () => {
  const now = Date.parse("2026-03-02T12:00:00Z");
  const list = stateOf("queue=emails&state=FAILED&range=24h&q=%20timeout%20&type=emails.sendStep&group=x");
  expect(list).toMatchObject({ queue: "emails", state: "FAILED" });
  expect(filterOf(list, [], now)).toEqual({
    type: "emails.sendStep",
    text: "timeout",
    errorGroup: "x",
    from: "2026-03-01T12:00:00.000Z",
  });
  expect(stateOf("queue=nope&state=nope&range=nope")).toMatchObject({
    queue: undefined,
    state: undefined,
    range: "",
  });
  expect(stateOf(`q=${"a".repeat(300)}`).text).toHaveLength(200);
});

test("a text that is the name of a type asks for that type", () => {
  const filter = filterOf(stateOf("q=EMAILS.sendstep"), ["emails.sendStep"], 0);
  expect(filter).toMatchObject({ type: "emails.sendStep", text: undefined });
});

test("counts of a state are summed over queues; done ones are not counted for a list of all time", () => {
  const queue = { waiting: 1, delayed: 2, active: 3, failed: 4, cancelled: 5, discarded: 6 };
  expect(countIn([queue, queue], "FAILED")).toBe(8);
  expect(countIn([queue], "SUCCEEDED")).toBeUndefined();
});

test("waiting is late from the installation's own limits on, else from the usual ones", () => {
  const own = limitsOf("emails", [{ signal: "OLDEST_WAITING_EMAILS", warning: 5, critical: 9 }]);
  expect([null, 4, 5, 9].map((seconds) => waitTone(seconds, own))).toEqual(["plain", "plain", "warn", "bad"]);
  expect(limitsOf("campaigns", undefined)).toEqual({ warning: 120, critical: 600 });
});

test("throughput is that of the last six ticks", () => {
  const ticks = Array.from({ length: 30 }, (_, index) => ({ succeeded: index < 24 ? 100 : 2, failed: 1 }));
  expect(perMinute(ticks)).toBe(18);
});

test("a run that was left out is no failure, and the strip says how many were", () => {
  const run = (state: "SUCCEEDED" | "FAILED" | null, jobId: string | null) => ({
    fireAt: "2026-03-01T10:00:00Z",
    cause: "SCHEDULE" as const,
    jobId,
    state,
    durationMs: null,
  });
  expect(outcomeOf(run(null, null))).toEqual({
    tone: "plain",
    word: "Left out: the one before had not ended",
  });
  expect(outcomeOf(run("FAILED", "j")).tone).toBe("bad");
  expect(historyWords([run("SUCCEEDED", "j"), run("FAILED", "j"), run(null, null)])).toBe(
    "Last 3 runs: 1 done, 1 failed, 1 left out",
  );
});

test("a policy is told in words", () => {
  const policy = {
    name: "PT",
    attempts: 6,
    firstDelaySeconds: 5,
    factor: 3,
    capSeconds: 900,
    jitter: 0.2,
    description: "",
  };
  expect(policyWords(policy)).toBe(
    "6 attempts: the second after 5.0 s, each wait 3 times the one before, at most 15 min, ±20%.",
  );
  expect(policyWords({ ...policy, attempts: 1 })).toBe("One attempt.");
});

test("whoever is lost stands first, stopped ones last; the version of most is the usual one", () => {
  const worker = (status: "ALIVE" | "LOST" | "STOPPED", host: string, version: string) => ({
    status,
    host,
    version,
    pid: 1,
    lanes: 8,
    busyLanes: 3,
  });
  const fleet = [
    worker("STOPPED", "a", "9"),
    worker("ALIVE", "c", "2"),
    worker("ALIVE", "b", "1"),
    worker("ALIVE", "d", "2"),
    worker("LOST", "e", "1"),
  ];
  expect(inOrder(fleet).map((each) => each.host)).toEqual(["e", "b", "c", "d", "a"]);
  expect(usualVersion([...fleet, worker("STOPPED", "f", "9"), worker("STOPPED", "g", "9")])).toBe("2");
  expect(fleetWords(fleet)).toBe("3 workers · 1 lost · 9 of 24 places busy");
});

test("a payload is one object of JSON", () => {
  expect(parsePayload('{"a":1}')).toEqual({ payload: { a: 1 } });
  for (const text of ["[1]", "null", "3"]) expect(parsePayload(text).fault).toMatch(/is an object/);
  expect(parsePayload("{").fault).toMatch(/^This is not JSON: /);
  expect(fieldOf("payload.steps.0.id")).toBe("steps.0.id");
});
