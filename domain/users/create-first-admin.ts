import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { command } from "../command.js";
import { canonicalEmail } from "../email-address.js";
import { newId, type Id } from "../ids.js";
import { statement, type Operation } from "../operation.js";
import { Membership, Tenant } from "../teams/index.js";
import { hashPassword, PASSWORD_LENGTH } from "./password.js";
import { userTarget } from "./person.js";
import { User } from "./user.entity.js";
import { hasUsers } from "./users.queries.js";

const ONE_AT_A_TIME = statement<object>(
  "first_admin_lock",
  "select pg_advisory_xact_lock(hashtext('postwatch first admin'))",
);

const insertFirstAdmin = command({
  name: "createFirstAdmin",
  permission: "internal",
  input: v.object({ email: v.string(), passwordHash: v.string(), organisation: v.string() }),
  async run(op, { email, passwordHash, organisation }): Promise<{ userId: Id } | null> {
    await op.query(ONE_AT_A_TIME);
    if (await hasUsers(op)) return null;
    const tenantId = newId();
    const userId = newId();
    const made = { createdAt: op.now };
    op.em.create(
      Tenant,
      { id: tenantId, name: organisation, slug: "main", settings: {}, settingsVersion: 1, ...made },
      { persist: true },
    );
    const person = {
      id: userId,
      email,
      emailCanonical: canonicalEmail(email),
      name: "Administrator",
      passwordHash,
    };
    op.em.create(
      User,
      { ...person, status: "ACTIVE", isOperator: false, updatedAt: op.now, ...made },
      { persist: true },
    );
    await op.em.flush();
    op.em.create(
      Membership,
      { id: newId(), tenantId, userId, role: "ADMIN", version: 1, ...made },
      { persist: true },
    );
    await op.emit("user.invite.accepted", {
      targets: [userTarget(person)],
      tenantId,
      reasonCode: "FIRST_ADMIN",
    });
    return { userId };
  },
});

/**
 * Makes the organisation and its first administrator, once: with users present it changes nothing and answers null.
 * @param op of the operator. @returns the credentials; the password only when it was made up here.
 */
export async function createFirstAdmin(
  op: Operation,
  wanted: { readonly email: string; readonly password?: string | undefined },
): Promise<{ email: string; password: string } | null> {
  if (await hasUsers(op)) return null;
  const password = wanted.password ?? randomBytes(15).toString("base64url");
  if (password.length < PASSWORD_LENGTH.least)
    throw new RangeError(`A password has at least ${PASSWORD_LENGTH.least} characters`);
  const passwordHash = await hashPassword(password);
  const made = await op.run(insertFirstAdmin, {
    email: wanted.email,
    passwordHash,
    organisation: "My organisation",
  });
  return made ? { email: wanted.email, password } : null;
}
