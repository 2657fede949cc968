import * as v from "valibot";
import { command, parseInput } from "../command.js";
import { canonicalEmail } from "../email-address.js";
import { EmailField } from "../email-field.js";
import { sendTransactional } from "../emails/index.js";
import { demandIdempotencyKey } from "../idempotency-key.js";
import type { Id } from "../ids.js";
import { statement, type Operation, type RunOptions } from "../operation.js";
import { mintOneTimeToken } from "./one-time-token.js";
import { lockUser, userTarget } from "./person.js";
import type { SignInThrottle } from "./sign-in-throttle.js";

export const RESET_HOURS = 1;

const ACTIVE = statement<{ userId: Id; tenantId: Id }>(
  "active_person",
  `select u.id as "userId", m.tenant_id as "tenantId" from app_user u join membership m on m.user_id = u.id
   where u.email_canonical = $1 and u.status = 'ACTIVE' order by m.created_at limit 1`,
);

const Input = v.object({ email: EmailField });

/**
 * Makes the link and its mail for whoever has that address; for an address without an account it does nothing.
 * Writes one_time_token; emits auth.password.reset_requested; enqueues emails.sendTransactional.
 */
const makeReset = command({
  name: "requestPasswordReset",
  permission: "public",
  input: v.object({ canonical: v.string() }),
  async run(op, { canonical }): Promise<null> {
    const [person] = await op.query(ACTIVE, [canonical]);
    if (!person) return null;
    const { userId, tenantId } = person;
    const user = await lockUser(op, userId);
    if (user?.status !== "ACTIVE") return null;
    const tokenId = await mintOneTimeToken(
      op,
      { userId, purpose: "PASSWORD_RESET", hours: RESET_HOURS },
      tenantId,
    );
    await op.emit("auth.password.reset_requested", { targets: [userTarget(user)], tenantId });
    await op.enqueue(
      sendTransactional,
      { notice: "PASSWORD_RESET", userId, tokenId },
      { key: tokenId, tenantId },
    );
    return null;
  },
});

/**
 * Always the same answer after the same work, whoever the address belongs to: what is done for an account is done after
 * the answer. At most three an hour an address, which nobody is told either.
 * @param later takes the work that the answer does not wait for; it must report what goes wrong
 * A key is the address's, so that no input of it differs from another.
 * @throws InvalidInputError for what is no address or no key
 */
export async function requestPasswordReset(
  op: Operation,
  throttle: SignInThrottle,
  input: unknown,
  later: (work: Promise<unknown>) => void,
  options: RunOptions = {},
): Promise<{ requested: boolean }> {
  const canonical = canonicalEmail(parseInput(Input, input).email);
  demandIdempotencyKey(options.idempotencyKey);
  const isAllowed = await throttle.mayReset(canonical, op.request.ip ?? "");
  if (isAllowed) later(resetFor(op, canonical, options));
  return { requested: true };
}

/** For an address without an account nothing is written, not even the key, which anybody could bring. */
async function resetFor(op: Operation, canonical: string, options: RunOptions): Promise<void> {
  if ((await op.query(ACTIVE, [canonical])).length === 0) return;
  await op.run(makeReset, { canonical }, { ...options, owner: canonical });
}
