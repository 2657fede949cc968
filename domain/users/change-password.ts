import * as v from "valibot";
import { command, parseInput } from "../command.js";
import { canonicalEmail } from "../email-address.js";
import { sendTransactional } from "../emails/index.js";
import { InvalidCredentialsError, UnauthenticatedError } from "../errors.js";
import type { Id } from "../ids.js";
import type { Operation, RunOptions } from "../operation.js";
import { hashForLink, notGood, retireOneTimeTokens, spendOneTimeToken } from "./one-time-token.js";
import { demandGoodPassword, hashPassword, passwordMatches } from "./password.js";
import { attemptedOnOneself, endSessions, lockUser, userTarget } from "./person.js";
import { onRecord, type SignInThrottle } from "./sign-in-throttle.js";
import { findAddress, findPasswordHash } from "./users.queries.js";

const password = v.pipe(v.string(), v.nonEmpty("Enter a password."));
const ChangeInput = v.object({ currentPassword: password, newPassword: password });

/** The stored hash that the current password was checked against, and that of the new one. */
interface Proof {
  readonly current: string;
  readonly next: string;
}

/**
 * Takes a new password. All other sessions and all open links end; a mail tells.
 * Writes app_user, session, one_time_token; emits auth.password.changed; enqueues emails.sendTransactional.
 */
const setOwnPassword = (proof: Proof | null) =>
  command({
    name: "changePassword",
    permission: "signedIn",
    input: ChangeInput,
    secrets: ["currentPassword", "newPassword"],
    audits: attemptedOnOneself("auth.password.changed"),
    async run(op, { newPassword }): Promise<{ changed: boolean }> {
      if (op.actor.kind !== "USER") throw new UnauthenticatedError();
      const { userId, sessionId } = op.actor;
      const user = await lockUser(op, userId);
      if (user?.status !== "ACTIVE") throw new UnauthenticatedError();
      if (proof === null || user.passwordHash !== proof.current)
        throw new InvalidCredentialsError("The current password is wrong.");
      demandGoodPassword(newPassword, user, ["newPassword"]);
      Object.assign(user, { passwordHash: proof.next, updatedAt: op.now });
      const sessions = await endSessions(op, userId, "PASSWORD_CHANGED", { except: [sessionId] });
      await retireOneTimeTokens(op, userId);
      await op.emit("auth.password.changed", { targets: [userTarget(user), ...sessions] });
      await op.enqueue(sendTransactional, { notice: "PASSWORD_CHANGED", userId });
      return { changed: true };
    },
  });

/**
 * The current password is asked for and counted like a sign-in, so that an open screen is no way to guess it.
 * @throws InvalidCredentialsError, InvalidInputError, RateLimitedError
 */
export async function changePassword(
  op: Operation,
  throttle: SignInThrottle,
  input: unknown,
  options: RunOptions = {},
): Promise<{ changed: boolean }> {
  const { currentPassword, newPassword } = parseInput(ChangeInput, input);
  if (op.actor.kind !== "USER") throw new UnauthenticatedError();
  const { userId, email } = op.actor;
  // A weak new one costs no try.
  demandGoodPassword(newPassword, { email }, ["newPassword"]);
  const admitted = await onRecord(
    throttle.admit(canonicalEmail(email), op.request.ip ?? "", true),
    (reasonCode) =>
      op.record("auth.password.changed", {
        targets: [userTarget({ id: userId, email })],
        outcome: "FAILED",
        reasonCode,
      }),
  );
  // Outside the transaction: each takes 60 ms, in which nobody shall wait for this person's row.
  const current = await findPasswordHash(op, userId);
  const isRight = await passwordMatches(current, currentPassword);
  const proof = current !== null && isRight ? { current, next: await hashPassword(newPassword) } : null;
  const result = await op.run(setOwnPassword(proof), input, options);
  await admitted.succeeded();
  return result;
}

const ResetInput = v.object({ token: v.string(), password });

/**
 * Uses the link of a reset up. All sessions and links end; the person signs in anew.
 * Writes app_user, session, one_time_token; emits auth.password.reset_completed.
 * Throws INVALID_CREDENTIALS when the link is not good, BAD_USER_INPUT for the password.
 */
const takeReset = (passwordHash: string | null) =>
  command({
    name: "resetPassword",
    permission: "public",
    input: ResetInput,
    secrets: ["password"],
    async run(op, { token, password: wanted }): Promise<{ userId: Id }> {
      const { user, tenantId } = await spendOneTimeToken(op, token, "PASSWORD_RESET");
      if (user.status !== "ACTIVE" || passwordHash === null) throw notGood();
      const userId = user.id;
      demandGoodPassword(wanted, user);
      Object.assign(user, { passwordHash, updatedAt: op.now });
      const sessions = await endSessions(op, userId, "PASSWORD_RESET", { tenantId });
      await retireOneTimeTokens(op, userId, tenantId);
      await op.emit("auth.password.reset_completed", {
        targets: [userTarget(user), ...sessions],
        tenantId,
      });
      await op.enqueue(sendTransactional, { notice: "PASSWORD_CHANGED", userId }, { tenantId });
      return { userId };
    },
  });

/** Also takes the lock off a person whom somebody has locked out. */
export async function resetPassword(
  op: Operation,
  throttle: SignInThrottle,
  input: unknown,
  options: RunOptions = {},
): Promise<{ reset: boolean }> {
  const { token, password: wanted } = parseInput(ResetInput, input);
  const passwordHash = await hashForLink(op, { token, purpose: "PASSWORD_RESET" }, wanted);
  const { userId } = await op.run(takeReset(passwordHash), input, { ...options, owner: token });
  const email = await findAddress(op, userId);
  if (email !== null) await throttle.forgive(email);
  return { reset: true };
}
