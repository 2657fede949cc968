import { LockMode } from "@mikro-orm/core";
import * as v from "valibot";
import { command, parseInput } from "../command.js";
import { InvalidCredentialsError } from "../errors.js";
import type { Operation, RunOptions } from "../operation.js";
import { demandGoodPassword, hashPassword } from "./password.js";
import { spendOneTimeToken } from "./one-time-token.js";
import { PersonName } from "./person-name.js";
import { handedOut, openSession, type OpenedSession, type SignedIn } from "./start-session.js";
import { User } from "./user.entity.js";

const Input = v.object({ token: v.string(), password: v.string(), name: v.nullish(PersonName) });

/**
 * Uses the link of an invitation up: sets name and password and opens a session.
 * Writes one_time_token, app_user, session, refresh_token; emits user.invite.accepted.
 * Throws INVALID_CREDENTIALS when the link is not good, BAD_USER_INPUT for the password.
 */
const takeInvitation = command({
  name: "acceptInvitation",
  permission: "public",
  input: Input,
  secrets: ["password"],
  async run(op, { token, password, name }): Promise<OpenedSession> {
    const { userId, tenantId } = await spendOneTimeToken(op, token, "INVITATION");
    const user = await op.em.findOne(User, { id: userId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (user?.status !== "INVITED")
      throw new InvalidCredentialsError("The invitation is not valid any more.");
    demandGoodPassword(password, { email: user.email, name: name ?? user.name });
    Object.assign(user, {
      name: name ?? user.name,
      passwordHash: await hashPassword(password),
      status: "ACTIVE",
      updatedAt: op.now,
    });
    const opened = await openSession(op, { userId, tenantId });
    await op.emit("user.invite.accepted", {
      targets: [
        { type: "user", id: userId },
        { type: "session", id: opened.sessionId },
      ],
      changes: [{ field: "status", before: "INVITED", after: "ACTIVE" }],
      tenantId,
    });
    return opened;
  },
});

/** @throws InvalidCredentialsError, InvalidInputError; with a key the same session is handed out again. */
export async function acceptInvitation(
  op: Operation,
  input: unknown,
  options: RunOptions = {},
): Promise<SignedIn> {
  const { token } = parseInput(Input, input);
  return handedOut(op, await op.run(takeInvitation, input, { ...options, owner: token }));
}
