import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import {
  AT_ONCE,
  Capacity,
  LeadWindows,
  Planner,
  type SendSchedule,
  type StepDelay,
} from "../../domain/planning/index.js";

const schedule = (more: Partial<SendSchedule>): SendSchedule => ({ ...AT_ONCE, ...more });
const minutes = (delayMinutes: number): StepDelay => ({ delayMinutes, delayBusinessDays: 0 });
const FIRST = minutes(0);
const at = (text: string) => Date.parse(text);
const lead = (n: number, timezone: string | null = null) => ({
  leadId: `0199${n.toString(16).padStart(4, "0")}-0000-7000-8000-000000000000`,
  timezone,
});
const local = (place: unknown, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(place as number)
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: "never", smallestUnit: "minute" });

test("CS-06 09:00 to 11:00 in the lead's zone is just that on both days of a change of clocks, and each weekend is left out", () => {
  const window = schedule({ inLeadZone: true, weekdays: [1, 2, 3, 4, 5, 7], from: "09:00", until: "11:00" });
  const planner = new Planner(window, [FIRST, minutes(24 * 60)], at("2026-03-07T18:00:00Z"));
  const places = planner.planLead(lead(1, "America/New_York"));
  expect(places.map((place) => local(place, "America/New_York"))).toEqual([
    "2026-03-08T09:00-04:00",
    "2026-03-09T09:00-04:00",
  ]);
  const autumn = new Planner(window, [FIRST, minutes(24 * 60)], at("2026-10-30T23:00:00Z"));
  // 24 hours after 09:00 on the Sunday of 25 hours are 09:00 on the Monday; the hour that was won lies in the night before.
  expect(
    autumn.planLead(lead(1, "America/New_York")).map((place) => local(place, "America/New_York")),
  ).toEqual(["2026-11-01T09:00-05:00", "2026-11-02T09:00-05:00"]);
});

test("a time that the change of clocks leaves out is read after it; one that comes twice is the first of both", () => {
  const night = schedule({ timezone: "Europe/Zurich", from: "02:30", until: "03:30" });
  const spring = new Planner(night, [FIRST], at("2026-03-28T20:00:00Z"));
  // On the 29th 02:30 is not there and becomes 03:30, which is the window's end: nothing is left of it.
  expect(local(spring.planLead(lead(1))[0], "Europe/Zurich")).toBe("2026-03-30T02:30+02:00");
  const autumn = new Planner(night, [FIRST], at("2026-10-24T20:00:00Z"));
  expect(local(autumn.planLead(lead(1))[0], "Europe/Zurich")).toBe("2026-10-25T02:30+02:00");
});

test("CS-02 a lead enrolled on Friday at 16:00 with two business days is planned for Tuesday inside the window; a holiday moves it on", () => {
  const zone = { timezone: "Europe/Zurich", from: "09:00", until: "17:00" };
  const steps = [FIRST, { delayMinutes: 0, delayBusinessDays: 2 }];
  const friday = at("2026-05-08T14:00:00Z");
  const plan = (more: object) =>
    new Planner(schedule({ ...zone, ...more }), steps, friday)
      .planLead(lead(1))
      .map((place) => local(place, "Europe/Zurich"));
  expect(plan({})).toEqual(["2026-05-08T16:00+02:00", "2026-05-12T16:00+02:00"]);
  expect(plan({ holidays: ["2026-05-11"] })[1]).toBe("2026-05-13T16:00+02:00");
  expect(plan({ from: "09:00", until: "12:00" })).toEqual([
    "2026-05-09T09:00+02:00",
    "2026-05-12T09:00+02:00",
  ]);
});

test("CS-07 with 80 a day and 80 follow-ups due no first mail goes out that day", () => {
  const planner = new Planner(
    schedule({ perDay: 80 }),
    [FIRST, minutes(24 * 60)],
    at("2026-03-02T08:00:00Z"),
  );
  const days = new Map<string, number[]>();
  for (let n = 0; n < 240; n += 1)
    planner.planLead(lead(n)).forEach((place, step) => {
      const day = new Date(place as number).toISOString().slice(0, 10);
      const counts = days.get(day) ?? [0, 0];
      counts[step]! += 1;
      days.set(day, counts);
    });
  expect(Object.fromEntries(days)).toEqual({
    "2026-03-02": [80, 0],
    "2026-03-03": [0, 80],
    "2026-03-04": [80, 0],
    "2026-03-05": [0, 80],
    "2026-03-06": [80, 0],
    "2026-03-07": [0, 80],
  });
});

test("jitter is the lead's own: the same in every plan, not the same for all, and never out of the window", () => {
  const jittered = schedule({ from: "09:00", until: "09:30", jitterMinutes: 240 });
  const plan = () => {
    const planner = new Planner(jittered, [FIRST], at("2026-03-02T00:00:00Z"));
    return Array.from({ length: 50 }, (_, n) => planner.planLead(lead(n))[0] as number);
  };
  const once = plan();
  expect(plan()).toEqual(once);
  expect(new Set(once).size).toBeGreaterThan(40);
  expect(Math.min(...once)).toBeGreaterThanOrEqual(at("2026-03-02T09:00:00Z"));
  expect(Math.max(...once)).toBeLessThan(at("2026-03-02T09:29:00Z"));
});

test("what finds no place before the end says whether the windows or the limits were short, and has no later steps", () => {
  const ending = { endsAt: "2026-03-04T00:00:00Z" };
  const closed = new Planner(
    schedule({ ...ending, weekdays: [7] }),
    [FIRST, FIRST],
    at("2026-03-02T08:00:00Z"),
  );
  expect(closed.planLead(lead(1))).toEqual(["WINDOW_CLOSED_BEFORE_END", "WINDOW_CLOSED_BEFORE_END"]);
  const crowded = new Planner(schedule({ ...ending, perDay: 1 }), [FIRST], at("2026-03-02T08:00:00Z"));
  expect([1, 2, 3].map((n) => typeof crowded.planLead(lead(n))[0])).toEqual(["number", "number", "string"]);
  expect(crowded.planLead(lead(4))).toEqual(["NO_SENDER_CAPACITY_BEFORE_END"]);
});

test("a plan that goes on from what an interrupted one has written down is the plan", () => {
  const limits = schedule({ perHour: 7, perDay: 40, gapSeconds: 90, from: "08:10", until: "16:40" });
  const start = at("2026-03-02T08:00:00Z");
  const whole = new Planner(limits, [FIRST, minutes(3000)], start);
  const places = Array.from({ length: 200 }, (_, n) => whole.planLead(lead(n)));
  const hours = new Map<number, number[]>();
  for (const place of places.slice(0, 120).flat() as number[]) {
    const hour = Math.floor(place / 3_600_000) * 3_600_000;
    hours.set(hour, [...(hours.get(hour) ?? []), place]);
  }
  const planned = [...hours].map(([hour, all]) => ({
    hour,
    count: all.length,
    first: Math.min(...all),
    last: Math.max(...all),
  }));
  const rest = new Planner(limits, [FIRST, minutes(3000)], start, planned);
  expect(Array.from({ length: 80 }, (_, n) => rest.planLead(lead(120 + n)))).toEqual(places.slice(120));
});

describe("whatever the schedule", () => {
  const zones = [
    "America/New_York",
    "Europe/Zurich",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
  ];
  const clock = fc
    .integer({ min: 0, max: 23 * 60 })
    .map((n) => `${String(Math.floor(n / 60)).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}`);
  const schedules = fc
    .record({
      timezone: fc.constantFrom(...zones),
      inLeadZone: fc.boolean(),
      weekdays: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
      from: clock,
      until: fc.constantFrom("23:59", "24:00"),
      holidays: fc.subarray(["2026-03-09", "2026-03-30", "2026-10-26", "2026-11-02"]),
      perHour: fc.option(fc.integer({ min: 1, max: 20 })),
      perDay: fc.option(fc.integer({ min: 1, max: 60 })),
      gapSeconds: fc.constantFrom(0, 0, 1, 61, 3600),
      jitterMinutes: fc.constantFrom(0, 0, 45),
      endsAt: fc.constant(null),
    })
    .filter(({ from }) => from < "23:50");
  const starts = fc
    .constantFrom(
      "2026-03-06T13:17:00Z",
      "2026-03-27T22:00:00Z",
      "2026-10-23T09:00:00Z",
      "2026-10-31T05:00:00Z",
    )
    .map(at);

  test("nothing is planned outside its window, over a limit, within a gap, before its delay is over, or on a holiday", () => {
    fc.assert(
      fc.property(
        schedules,
        starts,
        fc.integer({ min: 0, max: 4000 }),
        fc.integer({ min: 0, max: 3 }),
        (wanted, start, delay, business) => {
          const steps = [FIRST, { delayMinutes: delay, delayBusinessDays: business }];
          const planner = new Planner(wanted, steps, start);
          const windows = new LeadWindows(wanted);
          const all: number[] = [];
          for (let n = 0; n < 60; n += 1) {
            const one = lead(n, zones[n % zones.length]);
            const places = planner.planLead(one);
            const zone = wanted.inLeadZone ? zones[n % zones.length]! : wanted.timezone;
            for (const place of places) {
              if (typeof place !== "number") continue;
              all.push(place);
              const there = Temporal.Instant.fromEpochMilliseconds(Math.floor(place)).toZonedDateTimeISO(
                zone,
              );
              const date = there.toPlainDate().toString();
              expect(wanted.weekdays).toContain(there.dayOfWeek);
              expect(wanted.holidays).not.toContain(date);
              expect(there.toPlainTime().toString() >= wanted.from).toBe(true);
              expect(windows.opensAt(one, place)).toBe(place);
            }
            const [first, second] = places as number[];
            if (typeof second === "number")
              expect(second - first!).toBeGreaterThanOrEqual(delay * 60_000 + business * 23 * 3_600_000);
          }
          all.sort((a, b) => a - b);
          const most = (span: (ms: number) => string | number) => {
            const counts = new Map<string | number, number>();
            for (const place of all) counts.set(span(place), (counts.get(span(place)) ?? 0) + 1);
            return Math.max(0, ...counts.values());
          };
          expect(most((ms) => Math.floor(ms / 3_600_000))).toBeLessThanOrEqual(wanted.perHour ?? Infinity);
          expect(
            most((ms) =>
              Temporal.Instant.fromEpochMilliseconds(Math.floor(ms))
                .toZonedDateTimeISO(wanted.timezone)
                .toPlainDate()
                .toString(),
            ),
          ).toBeLessThanOrEqual(wanted.perDay ?? Infinity);
          for (let n = 1; n < all.length; n += 1)
            expect(all[n]! - all[n - 1]!).toBeGreaterThanOrEqual(wanted.gapSeconds * 1000);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("a capacity gives every place once, and the earliest that is free", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10 * 3600 }), { maxLength: 100 }),
        fc.integer({ min: 1, max: 5 }),
        (seconds, perHour) => {
          const capacity = new Capacity({ timezone: "UTC", perHour, perDay: null, gapSeconds: 0 });
          const counts = new Map<number, number>();
          for (const second of seconds) {
            const place = capacity.take(second * 1000, Infinity)!;
            const hour = Math.floor(place / 3_600_000);
            for (let skipped = Math.floor(second / 3600); skipped < hour; skipped += 1)
              expect(counts.get(skipped)).toBe(perHour);
            counts.set(hour, (counts.get(hour) ?? 0) + 1);
            expect(counts.get(hour)).toBeLessThanOrEqual(perHour);
          }
        },
      ),
    );
  });
});
