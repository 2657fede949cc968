import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { ANSWERS, History, type Move } from "../support/history.js";
import { endAllCampaigns } from "../support/ledger-lane.js";

// The state machines of campaign, enrollment and message under random histories: two lanes that die, stand still and come
// back, a server that answers anything, people who pause, cancel, freeze and suppress. After each step every invariant of
// the domain model (section 6) is asked for; at the end nothing may be left over. 10,000 histories: `npm run test:faults`.
let db: TestDatabase;
let user: TestUser;

beforeAll(async () => {
  db = await freshDatabase();
  user = await makeUser(db.database);
});
afterAll(() => db.close());

const which = fc.nat(5);
const lane = fc.nat(1);
const move = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("claim" as const), lane, limit: fc.constantFrom(1, 10) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("intend" as const), which }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("answer" as const), which, answer: fc.constantFrom(...ANSWERS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("release" as const, "expire" as const, "suppress" as const),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const), lane }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom("reap" as const, "wait" as const, "sweep" as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "pause" as const,
        "resume" as const,
        "resume" as const,
        "freeze" as const,
        "thaw" as const,
        "thaw" as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("cancel" as const, "complete" as const) }) },
);

async function live(moves: readonly Move[]): Promise<void> {
  // Leads are shared by all histories of the file, and a suppression outlives its campaign.
  await db.sql("delete from suppression");
  await db.sql("update lead set mailability = 'MAILABLE'");
  await endAllCampaigns(db);
  const history = await History.begin(db, user);
  for (const each of moves) await history.make(each);
  await history.end();
}

const [RUNS, LIMIT_MS] = process.env.LONG_RUN ? [10_000, 3_600_000] : [60, 120_000];

test(
  "whatever happens in whatever order, no invariant breaks and nothing is left over",
  () =>
    fc.assert(fc.asyncProperty(fc.array(move, { minLength: 4, maxLength: 24 }), live), {
      numRuns: RUNS,
      // The few of every run are the same ones, so that a change is to blame for what they find.
      ...(process.env.LONG_RUN ? {} : { seed: 20261127 }),
    }),
  LIMIT_MS,
);
