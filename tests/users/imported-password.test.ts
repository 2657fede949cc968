import { afterAll, beforeAll, expect, test } from "vitest";
import { isImported, passwordMatches, signIn } from "../../domain/users/index.js";
import { checksum } from "../support/api.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { makeUserWithPassword, stranger, UNTHROTTLED } from "../support/passwords.js";

/** Published vectors: of Openwall's crypt_blowfish, whose long one is cut after 72 bytes, and of jBCrypt. */
const VECTORS = [
  ["U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
  ["U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"],
  ["U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"],
  [
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
    "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
  ],
  ["", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"],
  ["", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."],
  ["a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"],
  ["abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
  ["abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC"],
  ["~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO"],
] as const;
const as = (version: string, stored: string) => stored.replace("$2a$", `$${version}$`);

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

const storedOf = async (userId: string) =>
  (await db.sql<{ hash: string }>("select password_hash as hash from app_user where id = $1", [userId]))[0]!
    .hash;

test.each(VECTORS)(
  "AT-01 the published bcrypt vector of “%s” verifies as 2a, 2b and 2y",
  async (password, stored) => {
    for (const version of ["2a", "2b", "2y"]) {
      expect(isImported(as(version, stored))).toBe(true);
      expect(await passwordMatches(as(version, stored), password), version).toBe(true);
      expect(await passwordMatches(as(version, stored), `#${password}`), version).toBe(false);
    }
  },
);

test("hashes of the broken implementation, 2x, and what is no hash match nothing", async () => {
  for (const [password, stored] of VECTORS)
    expect(await passwordMatches(as("2x", stored), password)).toBe(false);
  for (const broken of [
    "$2a$",
    "$2b$05$short",
    "$2y$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
  ])
    expect(await passwordMatches(broken, "U*U")).toBe(false);
});

test.each(["2a", "2b", "2y"])(
  "AT-01 an imported %s hash becomes argon2id when its owner signs in",
  async (version) => {
    const [password, stored] = VECTORS[3];
    const user = await makeUserWithPassword(db, { passwordHash: as(version, stored) });
    const input = { email: user.email, password };
    expect((await signIn(stranger(db), UNTHROTTLED, input)).user.id).toBe(user.userId);
    const replaced = await storedOf(user.userId);
    expect(replaced).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
    // From now on all of it counts, as it was typed.
    expect(await passwordMatches(replaced, password)).toBe(true);
    expect(await passwordMatches(replaced, password.slice(0, 72))).toBe(false);
    expect((await signIn(stranger(db), UNTHROTTLED, input)).user.id).toBe(user.userId);
    expect(await storedOf(user.userId)).toBe(replaced);
  },
);

test("a wrong password replaces no hash, and a 2x hash lets nobody in", async () => {
  const [password, stored] = VECTORS[8];
  const ana = await makeUserWithPassword(db, { passwordHash: stored });
  const bo = await makeUserWithPassword(db, { passwordHash: as("2x", stored) });
  const before = await checksum(db, ["event", "pending_event"]);
  for (const input of [
    { email: ana.email, password: `${password}!` },
    { email: bo.email, password },
  ])
    await expect(signIn(stranger(db), UNTHROTTLED, input)).rejects.toMatchObject({
      code: "INVALID_CREDENTIALS",
    });
  expect(await checksum(db, ["event", "pending_event"])).toBe(before);
});
