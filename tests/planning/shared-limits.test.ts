import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AT_ONCE,
  Planner,
  SharedCapacities,
  type PlannedSequence,
  type SharedHour,
  type SharedLimits,
} from "../../domain/planning/index.js";

const HOUR = 3_600_000;
const START = Date.parse("2026-03-02T08:00:00Z");
const NO_LIMIT: SharedLimits = { perHour: null, perDay: null, gapSeconds: 0 };
const minutes = (delayMinutes: number) => ({ delayMinutes, delayBusinessDays: 0 });
/** Ids as random as real ones. */
const leadId = (n: number) => createHash("sha256").update(`lead ${n}`).digest("hex").slice(0, 32);
const DOMAINS = ["big.example", "small.example", "other.example"];
const lead = (n: number) => ({ leadId: leadId(n), timezone: null, domain: DOMAINS[n % 3]! });
const senders = (...limits: SharedLimits[]) => limits.map((own, n) => ({ id: `s${n}`, limits: own }));

test("CS-08 three senders get a third of the leads each, within 1 % of all; the same lead always the same", () => {
  const plan = () => {
    const shared = new SharedCapacities(NO_LIMIT, senders(NO_LIMIT, NO_LIMIT, NO_LIMIT));
    const planner = new Planner(AT_ONCE, [minutes(0)], START, [], shared);
    return Array.from({ length: 10_000 }, (_, n) => planner.planSequence(lead(n)).senderId!);
  };
  const dealt = plan();
  expect(plan()).toEqual(dealt);
  for (const id of ["s0", "s1", "s2"])
    expect(Math.abs(dealt.filter((one) => one === id).length / 10_000 - 1 / 3)).toBeLessThan(0.01);
});

test("a sender that has no room before the end leaves its leads to the next; without any the step says so", () => {
  const schedule = { ...AT_ONCE, endsAt: "2026-03-03T00:00:00Z" };
  const shared = new SharedCapacities(
    NO_LIMIT,
    senders({ ...NO_LIMIT, perDay: 10 }, { ...NO_LIMIT, perDay: 30 }),
  );
  const planner = new Planner(schedule, [minutes(0)], START, [], shared);
  const all = Array.from({ length: 60 }, (_, n) => planner.planSequence(lead(n)));
  const placed = all.filter(({ places }) => typeof places[0] === "number");
  expect(["s0", "s1"].map((id) => placed.filter(({ senderId }) => senderId === id).length)).toEqual([10, 30]);
  const left = all.filter(({ places }) => typeof places[0] !== "number");
  expect(new Set(left.map(({ places, heldBy }) => `${places[0]} ${heldBy[0]}`))).toEqual(
    new Set(["NO_SENDER_CAPACITY_BEFORE_END SENDER"]),
  );
});

test("CS-07 a sender's 80 of a day that another campaign's follow-ups fill leave no first mail on it, and the plan says whose limit it is", () => {
  const day = Math.floor(START / (24 * HOUR)) * 24 * HOUR;
  const followUps: SharedHour = {
    kind: "SENDER",
    key: "s0",
    hour: day + 9 * HOUR,
    count: 80,
    first: day + 9 * HOUR,
    last: day + 9.5 * HOUR,
  };
  const shared = new SharedCapacities(NO_LIMIT, senders({ ...NO_LIMIT, perDay: 80 }));
  shared.add([followUps]);
  const planner = new Planner(AT_ONCE, [minutes(0)], START, [], shared);
  const all = Array.from({ length: 100 }, (_, n) => planner.planSequence(lead(n)));
  const days = all.map(
    ({ places }) => (Math.floor((places[0] as number) / (24 * HOUR)) * 24 * HOUR - day) / HOUR,
  );
  expect(days.filter((hours) => hours === 0)).toEqual([]);
  expect(days.filter((hours) => hours === 24)).toHaveLength(80);
  expect(days.filter((hours) => hours === 48)).toHaveLength(20);
  expect(new Set(all.map(({ heldBy }) => heldBy[0]))).toEqual(new Set(["SENDER"]));
});

describe("every kind of limit, in any schedule", () => {
  const limits = fc.record({
    perHour: fc.option(fc.integer({ min: 1, max: 12 })),
    perDay: fc.option(fc.integer({ min: 5, max: 60 })),
    gapSeconds: fc.constantFrom(0, 0, 45, 600),
  });
  const most = (times: readonly number[], span: number) => {
    const counts = new Map<number, number>();
    for (const time of times)
      counts.set(Math.floor(time / span), (counts.get(Math.floor(time / span)) ?? 0) + 1);
    return Math.max(0, ...counts.values());
  };
  const keeps = (places: readonly number[], { perHour, perDay, gapSeconds }: SharedLimits) => {
    const times = places.toSorted((a, b) => a - b);
    expect(most(times, HOUR)).toBeLessThanOrEqual(perHour ?? Infinity);
    expect(most(times, 24 * HOUR)).toBeLessThanOrEqual(perDay ?? Infinity);
    for (let n = 1; n < times.length; n += 1)
      expect(times[n]! - times[n - 1]!).toBeGreaterThanOrEqual(gapSeconds * 1000);
  };

  test("none is ever exceeded, and a campaign that knows the hours of another keeps what they share", () => {
    fc.assert(
      fc.property(
        fc.record({ campaign: limits, tenant: limits, first: limits, second: limits, domain: limits }),
        fc.integer({ min: 0, max: 2000 }),
        (of, delay) => {
          const tenant = { ...of.tenant, gapSeconds: 0 };
          const make = () =>
            new SharedCapacities(
              tenant,
              senders(of.first, of.second),
              new Map([["big.example", { ...of.domain, gapSeconds: 0 }]]),
              { perHour: 20, perDay: null, gapSeconds: 0 },
            );
          const schedule = { ...AT_ONCE, ...of.campaign, from: "08:00", until: "18:00" };
          const plan = (shared: SharedCapacities, from: number, to: number, planner = planned(shared)) =>
            Array.from({ length: to - from }, (_, n) => ({
              ...planner.planSequence(lead(from + n)),
              domain: lead(from + n).domain,
            }));
          const planned = (shared: SharedCapacities) =>
            new Planner(schedule, [minutes(0), minutes(delay)], START, [], shared);
          const all = plan(make(), 0, 60);
          const times = (some: readonly PlannedSequence[]) =>
            some.flatMap(({ places }) => places).filter((place) => typeof place === "number");
          keeps(times(all), of.campaign);
          keeps(times(all), tenant);
          for (const [n, own] of [of.first, of.second].entries())
            keeps(times(all.filter(({ senderId }) => senderId === `s${n}`)), own);
          for (const domain of DOMAINS)
            keeps(
              times(all.filter((one) => one.domain === domain)),
              domain === "big.example"
                ? { ...of.domain, gapSeconds: 0 }
                : { perHour: 20, perDay: null, gapSeconds: 0 },
            );
          // Another campaign that knows the hours of this one: together they keep what they share.
          const next = make();
          next.add(hoursOf(all));
          const others = plan(next, 60, 90);
          keeps(times([...all, ...others]), tenant);
          for (const [n, own] of [of.first, of.second].entries())
            keeps(times([...all, ...others].filter(({ senderId }) => senderId === `s${n}`)), own);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** As the database keeps them. */
function hoursOf(all: readonly (PlannedSequence & { readonly domain: string })[]): SharedHour[] {
  const hours = new Map<string, SharedHour>();
  for (const { senderId, domain, places } of all)
    for (const place of places)
      if (typeof place === "number")
        for (const [kind, key] of [
          ["TENANT", ""],
          ["SENDER", senderId!],
          ["DOMAIN", domain],
        ] as const) {
          const hour = Math.floor(place / HOUR) * HOUR;
          const name = `${kind} ${key} ${hour}`;
          const known = hours.get(name) ?? { kind, key, hour, count: 0, first: place, last: place };
          hours.set(name, {
            ...known,
            count: known.count + 1,
            first: Math.min(known.first, place),
            last: Math.max(known.last, place),
          });
        }
  return [...hours.values()];
}
