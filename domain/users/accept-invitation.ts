import * as v from "valibot";
import { command, parseInput } from "../command.js";
import { InvalidCredentialsError } from "../errors.js";
import { changesBetween } from "../events.js";
import type { Operation, RunOptions } from "../operation.js";
import { demandGoodPassword } from "./password.js";
import { hashForLink, notGood, spendOneTimeToken } from "./one-time-token.js";
import { userTarget } from "./person.js";
import { PersonName } from "./person-name.js";
import { handedOut, openSession, type OpenedSession, type SignedIn } from "./start-session.js";

const Input = v.object({ token: v.string(), password: v.string(), name: v.nullish(PersonName) });

/**
 * Uses the link of an invitation up: sets name and password and opens a session.
 * Writes one_time_token, app_user, session, refresh_token; emits user.invite.accepted.
 * Throws INVALID_CREDENTIALS when the link is not good, BAD_USER_INPUT for the password.
 */
const takeInvitation = (passwordHash: string | null) =>
  command({
    name: "acceptInvitation",
    permission: "public",
    input: Input,
    secrets: ["password"],
    async run(op, { token, password, name }): Promise<OpenedSession> {
      const { user, tenantId } = await spendOneTimeToken(op, token, "INVITATION");
      if (user.status !== "INVITED" || passwordHash === null) throw notGood();
      const userId = user.id;
      demandGoodPassword(password, { email: user.email, name: name ?? user.name });
      const before = { status: user.status, name: user.name };
      Object.assign(user, {
        name: name ?? user.name,
        passwordHash,
        status: "ACTIVE",
        updatedAt: op.now,
      });
      const opened = await openSession(op, { userId, tenantId });
      await op.emit("user.invite.accepted", {
        targets: [userTarget(user), { type: "session", id: opened.sessionId }],
        changes: changesBetween(before, { status: user.status, name: user.name }),
        tenantId,
      });
      return opened;
    },
  });

/**
 * With a key the same session is handed out again, as long as nobody has gone on with it.
 * @throws InvalidCredentialsError, InvalidInputError
 */
export async function acceptInvitation(
  op: Operation,
  input: unknown,
  options: RunOptions = {},
): Promise<SignedIn> {
  const { token, password } = parseInput(Input, input);
  const passwordHash = await hashForLink(op, { token, purpose: "INVITATION" }, password);
  const opened = await op.run(takeInvitation(passwordHash), input, { ...options, owner: token });
  const signedIn = await handedOut(op, opened);
  if (!signedIn) throw new InvalidCredentialsError("The invitation was accepted before. Sign in.");
  return signedIn;
}
