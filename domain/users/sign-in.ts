import * as v from "valibot";
import { command, parseInput } from "../command.js";
import { canonicalEmail } from "../email-address.js";
import { InvalidCredentialsError } from "../errors.js";
import { newId, type Id } from "../ids.js";
import { plainText } from "../plain-text.js";
import { statement, type Operation, type RunOptions } from "../operation.js";
import { hashPassword, isImported, passwordMatches } from "./password.js";
import { userTarget } from "./person.js";
import { onRecord, type SignInThrottle } from "./sign-in-throttle.js";
import { handedOut, startSession, type SignedIn } from "./start-session.js";
import { findForSignIn, findPasswordHash, type SignInRow } from "./users.queries.js";

// Of two who come in at the same moment one replaces it, and neither takes back what was changed meanwhile.
const REPLACE_HASH = statement<object>(
  "replace_password_hash",
  "update app_user set password_hash = $3 where id = $1 and password_hash = $2",
);

/** An imported hash becomes one of ours while the password is at hand. Writes app_user; the sign-in emits. */
const replaceHash = command({
  name: "replacePasswordHash",
  permission: "signedIn",
  input: v.object({ imported: v.string(), passwordHash: v.string() }),
  async run(op, { imported, passwordHash }): Promise<null> {
    if (op.actor.kind === "USER") await op.query(REPLACE_HASH, [op.actor.userId, imported, passwordHash]);
    return null;
  },
});

/** The hash that the password matches from now on. @throws InvalidCredentialsError when it was changed meanwhile */
async function replaced(person: Operation, userId: Id, imported: string, password: string): Promise<string> {
  await person.run(replaceHash, { imported, passwordHash: await hashPassword(password) });
  const inForce = await findPasswordHash(person, userId);
  if (inForce !== null && (await passwordMatches(inForce, password))) return inForce;
  throw new InvalidCredentialsError();
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
 * With a key and the right password the same session is handed out again while nobody has gone on with it; after that
 * a new one is opened, because who they are has just been proved.
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
  const admitted = await onRecord(throttle.admit(canonical, ip, found?.isKnownHere ?? false), (code) =>
    recordFailure(op, found, code),
  );
  const matches = await passwordMatches(found?.passwordHash ?? null, password);
  if (!found || !matches || found.status !== "ACTIVE") {
    const reasonCode = !found ? "UNKNOWN_ADDRESS" : !matches ? "WRONG_PASSWORD" : `USER_${found.status}`;
    await recordFailure(op, found, reasonCode);
    throw new InvalidCredentialsError();
  }
  await admitted.succeeded();
  const { userId, tenantId, role } = found;
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
  const stored = found.passwordHash ?? "";
  const proven = isImported(stored) ? await replaced(person, userId, stored, password) : stored;
  const opened = await person.run(startSession(proven), {}, options);
  const isReplay = opened.sessionId !== sessionId;
  let signedIn = await handedOut(person, opened);
  if (!signedIn && isReplay) signedIn = await handedOut(person, await person.run(startSession(proven), {}));
  if (!signedIn) throw new InvalidCredentialsError();
  return signedIn;
}

async function recordFailure(op: Operation, found: SignInRow | null, reasonCode: string): Promise<void> {
  const targets = found ? [userTarget({ id: found.userId, email: found.email })] : [];
  await op
    .as({ kind: "ANONYMOUS" }, found?.tenantId)
    .record("auth.login.failed", { targets, outcome: "FAILED", reasonCode });
}
