import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  acceptInvitation,
  changePassword,
  hashPassword,
  mintOneTimeToken,
  resetPassword,
  tokenOf,
} from "../../domain/users/index.js";
import { freshDatabase, type TestDatabase, type TestUser } from "../support/database.js";
import { asOperator } from "../support/jobs.js";
import { GOOD_PASSWORD, makeUserWithPassword, stranger, UNTHROTTLED } from "../support/passwords.js";

const NEW = "eleven white storks";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

/** So many passwords are being hashed that whoever wants one more waits for a second or so. */
function busyHashing(): { isOver: boolean; over: Promise<void> } {
  const state = { isOver: false, over: Promise.resolve() };
  const hashes = Array.from({ length: 40 }, () => hashPassword(NEW));
  state.over = Promise.all(hashes).then(() => {
    state.isOver = true;
  });
  return state;
}

async function linkOf(user: TestUser, purpose: "INVITATION" | "PASSWORD_RESET"): Promise<string> {
  const wanted = { userId: user.userId, purpose, hours: 1 };
  return tokenOf(
    db.database,
    await asOperator(db.database, (op) => mintOneTimeToken(op, wanted), user.tenantId),
  );
}
const someone = () => makeUserWithPassword(db);
async function invited(): Promise<TestUser> {
  const user = await someone();
  await makeUserWithPassword(db, { tenantId: user.tenantId, role: "ADMIN" });
  await db.sql("update app_user set status = 'INVITED', password_hash = null where id = $1", [user.userId]);
  return user;
}
const key = () => ({ idempotencyKey: randomUUID() });
const reset = (token: string, options = key()) =>
  resetPassword(stranger(db), UNTHROTTLED, { token, password: NEW }, options);
const accept = (token: string, options = key()) =>
  acceptInvitation(stranger(db), { token, password: NEW }, options);

test("a link that was never made, or is used, is refused before any password is hashed, with a key and without", async () => {
  const user = await someone();
  const used = await linkOf(user, "PASSWORD_RESET");
  await reset(used);
  const forged = `${used.slice(0, -1)}${used.endsWith("A") ? "B" : "A"}`;
  const busy = busyHashing();
  for (const act of [reset, accept])
    for (const options of [key(), { idempotencyKey: null as never }])
      await expect(act(forged, options)).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
  await expect(reset(used, { idempotencyKey: null as never })).rejects.toMatchObject({
    code: "INVALID_CREDENTIALS",
  });
  expect(busy.isOver).toBe(false);
  await busy.over;
});

const IDLE = `select pid from pg_stat_activity where datname = current_database() and state = 'idle in transaction'
  and clock_timestamp() - state_change > interval '100 milliseconds'`;

test.each(["resetPassword", "acceptInvitation", "changePassword", "the same key again"])(
  "%s holds no transaction open while it waits for a hash",
  async (what) => {
    const user = what === "acceptInvitation" ? await invited() : await someone();
    const token = await linkOf(user, what === "acceptInvitation" ? "INVITATION" : "PASSWORD_RESET");
    const options = key();
    if (what === "the same key again") await reset(token, options);
    const busy = busyHashing();
    const work =
      what === "acceptInvitation"
        ? accept(token, options)
        : what === "changePassword"
          ? changePassword(
              user.op,
              UNTHROTTLED,
              { currentPassword: GOOD_PASSWORD, newPassword: NEW },
              options,
            )
          : reset(token, options);
    let looks = 0;
    for (; !busy.isOver; looks += 1) {
      expect(await db.sql(IDLE)).toEqual([]);
      await sleep(20);
    }
    expect(looks).toBeGreaterThan(5);
    await work;
  },
);
