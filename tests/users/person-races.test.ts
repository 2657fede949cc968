import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidTransitionError } from "../../domain/errors.js";
import {
  acceptInvitation,
  assignRole,
  changePassword,
  eraseUser,
  mintOneTimeToken,
  refreshSession,
  resetPassword,
  signIn,
  suspendUser,
  tokenOf,
} from "../../domain/users/index.js";
import { updateSettings } from "../../domain/teams/index.js";
import {
  freshDatabase,
  makeTenant,
  makeUser,
  type TestDatabase,
  type TestUser,
} from "../support/database.js";
import { asOperator } from "../support/jobs.js";
import { GOOD_PASSWORD, makeUserWithPassword, stranger, UNTHROTTLED } from "../support/passwords.js";

const ROUNDS = 10;
const NEW = "eleven white storks";

let db: TestDatabase;
let admin: TestUser;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 8 });
  admin = await makeUser(db.database, { tenantId: await makeTenant(db.database) });
});
afterAll(() => db.close());

async function linkOf(user: TestUser, purpose: "INVITATION" | "PASSWORD_RESET"): Promise<string> {
  const id = await asOperator(
    db.database,
    (op) => mintOneTimeToken(op, { userId: user.userId, purpose, hours: 1 }),
    user.tenantId,
  );
  return tokenOf(db.database, id);
}

/** What a person does while somebody changes what they may; prepared first, so that the race is of the act alone. */
const OWN: Readonly<Record<string, (user: TestUser) => Promise<() => Promise<unknown>>>> = {
  changePassword: async (user) => () =>
    changePassword(user.op, UNTHROTTLED, { currentPassword: GOOD_PASSWORD, newPassword: NEW }),
  async resetPassword(user) {
    const token = await linkOf(user, "PASSWORD_RESET");
    return () => resetPassword(stranger(db), UNTHROTTLED, { token, password: NEW });
  },
  async acceptInvitation(user) {
    await db.sql("update app_user set status = 'INVITED', password_hash = null where id = $1", [user.userId]);
    const token = await linkOf(user, "INVITATION");
    return () => acceptInvitation(stranger(db), { token, password: NEW });
  },
  signIn: async (user) => () =>
    signIn(stranger(db), UNTHROTTLED, { email: user.email, password: GOOD_PASSWORD }),
  async refresh(user) {
    const { refreshToken } = await signIn(stranger(db), UNTHROTTLED, {
      email: user.email,
      password: GOOD_PASSWORD,
    });
    return () => refreshSession(stranger(db), refreshToken);
  },
};

/** What an administrator does to them, and how the person ends. */
const TOLD = {
  suspendUser: [
    (userId: string) => admin.op.run(suspendUser, { userId }),
    { status: "SUSPENDED", role: "USER", sessions: 0, links: 0 },
  ],
  assignRole: [
    (userId: string) => admin.op.run(assignRole, { userId, role: "MANAGER" }),
    { status: "ACTIVE", role: "MANAGER" },
  ],
  eraseUser: [
    (userId: string) => admin.op.run(eraseUser, { userId }),
    { status: "ERASED", role: "USER", hasPassword: false, sessions: 0, links: 0 },
  ],
} as const;

async function stateOf(userId: string): Promise<object> {
  const [row] = await db.sql(
    `select u.status, m.role, u.password_hash is not null as "hasPassword",
       (select count(*) from session s where s.user_id = u.id and s.revoked_at is null) as sessions,
       (select count(*) from one_time_token t where t.user_id = u.id and t.used_at is null) as links
     from app_user u join membership m on m.user_id = u.id where u.id = $1`,
    [userId],
  );
  return row!;
}

/** Refusals are how these acts may end; a fault of the database is not. */
const CODES = ["INVALID_CREDENTIALS", "UNAUTHENTICATED"];
const endOf = (act: Promise<unknown>) =>
  act.then(
    () => "done",
    (error: { code?: string }) => (CODES.includes(error.code ?? "") ? "refused" : error),
  );

describe.each(Object.keys(TOLD) as (keyof typeof TOLD)[])("%s against", (told) => {
  test.each(Object.keys(OWN))(
    "%s at the same moment: the administrator's act is done, and the person ends as it says",
    async (own) => {
      const [act, end] = TOLD[told];
      const rounds = Array.from({ length: ROUNDS }, async (_, round) => {
        const user = await makeUserWithPassword(db, { tenantId: admin.tenantId });
        const doOwn = await OWN[own]!(user);
        const theirs = endOf(doOwn());
        // At another moment of what they do each time.
        await sleep(round * 15);
        // Somebody who has yet to accept is not suspended; that is told, and is no fault.
        const isDone = await act(user.userId).then(
          () => true,
          (error: unknown) => {
            if (own === "acceptInvitation" && error instanceof InvalidTransitionError) return false;
            throw error;
          },
        );
        expect(["done", "refused"]).toContain(await theirs);
        if (!isDone) return expect(await stateOf(user.userId)).toMatchObject({ status: "ACTIVE", links: 0 });
        const expected = told === "assignRole" && (await theirs) === "refused" ? { role: "MANAGER" } : end;
        return expect(await stateOf(user.userId)).toMatchObject(expected);
      });
      for (const round of await Promise.allSettled(rounds))
        if (round.status === "rejected") throw round.reason;
    },
  );
});

test.each([
  ["somebody is suspended", suspendUser.run],
  ["settings are changed", updateSettings.run],
] as const)("while %s, events of the organisation are written without a wait", async (_what, run) => {
  const { userId } = await makeUser(db.database, { tenantId: admin.tenantId, role: "USER" });
  await asOperator(
    db.database,
    async (op) => {
      await run(op, { userId, maskAddresses: true });
      // From another connection: would it wait, it would wait for this one.
      await admin.op.record("auth.login.failed", { targets: [{ type: "user", id: userId }] });
    },
    admin.tenantId,
  );
  expect(await stateOf(userId)).toMatchObject({ role: "USER" });
});

test("whoever has another password by now is not signed in with the one that was proved before", async () => {
  const user = await makeUserWithPassword(db, { tenantId: admin.tenantId });
  await db.sql("delete from session where user_id = $1", [user.userId]);
  const op = stranger(db);
  // The change commits between the proof and the session.
  const late = Object.assign(Object.create(op) as typeof op, {
    as: (...given: Parameters<typeof op.as>) => {
      const person = op.as(...given);
      return Object.assign(Object.create(person) as typeof op, {
        run: async (...call: Parameters<typeof op.run>) => {
          await changePassword(user.op, UNTHROTTLED, { currentPassword: GOOD_PASSWORD, newPassword: NEW });
          return person.run(...call);
        },
      });
    },
  });
  await expect(
    signIn(late, UNTHROTTLED, { email: user.email, password: GOOD_PASSWORD }),
  ).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
  expect(await stateOf(user.userId)).toMatchObject({ sessions: 0 });
});
