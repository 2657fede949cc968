import * as v from "valibot";
import { command, parseInput } from "../command.js";
import { canonicalEmail } from "../email-address.js";
import { InvalidCredentialsError } from "../errors.js";
import { newId } from "../ids.js";
import { plainText } from "../plain-text.js";
import { statement, type Operation, type RunOptions } from "../operation.js";
import { hashPassword, isImported, passwordMatches } from "./password.js";
import type { SignInThrottle } from "./sign-in-throttle.js";
import { handedOut, startSession, type SignedIn } from "./start-session.js";
import { findForSignIn } from "./users.queries.js";

const REPLACE_HASH = statement<object>(
  "replace_password_hash",
  "update app_user set password_hash = $2 where id = $1",
);

/** An imported hash becomes one of ours while the password is at hand. Writes app_user; the sign-in emits. */
const replaceHash = command({
  name: "replacePasswordHash",
  permission: "signedIn",
  input: v.object({ passwordHash: v.string() }),
  async run(op, { passwordHash }): Promise<null> {
    if (op.actor.kind === "USER") await op.query(REPLACE_HASH, [op.actor.userId, passwordHash]);
    return null;
  },
});

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
 * @throws RateLimitedError; InvalidCredentialsError, the same after the same time whether the address exists or not.
 */
export async function signIn(
  op: Operation,
  throttle: SignInThrottle,
  input: unknown,
  options: RunOptions = {},
): Promise<SignedIn> {
  const { email, password } = parseInput(Input, input);
  const canonical = canonicalEmail(email);
  const ip = op.request.ip ?? "";
  const found = await findForSignIn(op, canonical, ip);
  const admitted = await throttle.admit(canonical, ip, found?.isKnownHere ?? false);
  const matches = await passwordMatches(found?.passwordHash ?? null, password);
  if (!found || !matches || found.status !== "ACTIVE") {
    const reasonCode = !found ? "UNKNOWN_ADDRESS" : !matches ? "WRONG_PASSWORD" : `USER_${found.status}`;
    const target = found ? [{ type: "user", id: found.userId }] : [];
    await op
      .as({ kind: "ANONYMOUS" }, found?.tenantId)
      .record("auth.login.failed", { targets: target, outcome: "FAILED", reasonCode });
    throw new InvalidCredentialsError();
  }
  await admitted.succeeded();
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
  if (isImported(found.passwordHash ?? ""))
    await person.run(replaceHash, { passwordHash: await hashPassword(password) });
  return handedOut(person, await person.run(startSession, {}, options));
}
