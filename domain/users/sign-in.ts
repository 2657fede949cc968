import * as v from "valibot";
import { parseInput } from "../command.js";
import { canonicalEmail } from "../email-address.js";
import { InvalidCredentialsError } from "../errors.js";
import { newId } from "../ids.js";
import { plainText } from "../plain-text.js";
import type { Operation, RunOptions } from "../operation.js";
import { passwordMatches } from "./password.js";
import { handedOut, startSession, type SignedIn } from "./start-session.js";
import { findForSignIn } from "./users.queries.js";

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
 * With a key and the right password the same session is handed out again.
 * @throws InvalidCredentialsError, the same after the same time whether the address exists or not.
 */
export async function signIn(op: Operation, input: unknown, options: RunOptions = {}): Promise<SignedIn> {
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
  const { userId, tenantId, role } = found;
  const person = op.as({
    kind: "USER",
    userId,
    tenantId,
    role,
    sessionId: newId(),
    email: found.email,
    // Opening a session touches nothing of a team and shows no lead.
    teamIds: [],
    masksAddresses: true,
    viewedBy: null,
  });
  return handedOut(person, await person.run(startSession, {}, options));
}
