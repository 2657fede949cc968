import * as v from "valibot";
import type { Role } from "../access/roles.js";
import { parseInput } from "../command.js";
import { canonicalEmail } from "../email-address.js";
import { InvalidCredentialsError } from "../errors.js";
import { newId, type Id } from "../ids.js";
import { plainText } from "../plain-text.js";
import type { Operation } from "../operation.js";
import { passwordMatches } from "./password.js";
import { startSession, type StartedSession } from "./start-session.js";
import { findForSignIn } from "./users.queries.js";

export interface SignedIn extends StartedSession {
  readonly tenantId: Id;
  readonly user: { readonly id: Id; readonly email: string; readonly name: string; readonly role: Role };
}

const Input = v.object({
  email: v.pipe(
    v.string(),
    plainText,
    v.trim(),
    v.nonEmpty("Enter your e-mail address."),
    v.maxLength(254, "An e-mail address has at most 254 characters."),
  ),
  password: v.pipe(v.string(), v.nonEmpty("Enter your password.")),
});

/**
 * Proves who somebody is and opens a session. The password is checked outside any transaction: it takes 60 ms.
 * Writes a session; emits auth.login.succeeded or auth.login.failed.
 * @throws InvalidCredentialsError, the same after the same time whether the address exists or not.
 */
export async function signIn(op: Operation, input: unknown): Promise<SignedIn> {
  const { email, password } = parseInput(Input, input);
  const found = await findForSignIn(op, canonicalEmail(email));
  const matches = await passwordMatches(found?.passwordHash ?? null, password);
  if (!found || !matches || found.status !== "ACTIVE") {
    const reasonCode = !found ? "UNKNOWN_ADDRESS" : !matches ? "WRONG_PASSWORD" : `USER_${found.status}`;
    const target = found ? [{ type: "user", id: found.userId }] : [];
    await op
      .as({ kind: "ANONYMOUS" }, found?.tenantId)
      .record("auth.login.failed", { targets: target, outcome: "FAILED", reasonCode });
    throw new InvalidCredentialsError();
  }
  const { userId, tenantId, role, name } = found;
  const sessionId = newId();
  const person = op.as({
    kind: "USER",
    userId,
    tenantId,
    role,
    sessionId,
    email: found.email,
    // Opening a session touches nothing of a team and shows no lead.
    teamIds: [],
    masksAddresses: true,
    viewedBy: null,
  });
  const started = await person.run(startSession, { sessionId });
  return { ...started, tenantId, user: { id: userId, email: found.email, name, role } };
}
