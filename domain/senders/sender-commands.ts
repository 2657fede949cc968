import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { ConflictError, demandVersion, InvalidTransitionError } from "../errors.js";
import { attempted, changesBetween, type EventTarget } from "../events.js";
import { IdSchema, newId, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { lockTenant } from "../teams/index.js";
import { putOffUpToNow, SENDER_PAUSED, setPace, WAITS_FOR } from "./pace.queries.js";
import { Sender, type SenderState } from "./sender.entity.js";
import { SenderFields } from "./sender.inputs.js";
import { wakePutOff } from "./senders.jobs.js";

/** So many senders an organisation that are not archived. */
const MOST_SENDERS = 500;

/**
 * Makes a sender; no campaign uses it before it is chosen in one. Writes sender and pace; emits sender.created.
 * Throws CONFLICT when the address is another sender's or there are 500, BAD_USER_INPUT.
 */
export const createSender = command({
  name: "createSender",
  permission: "system:settings",
  input: v.object(SenderFields),
  audits: attempted("sender.created"),
  async run(op, fields): Promise<{ senderId: Id }> {
    const id = newId();
    await demandFreeAddress(op, id, fields.address);
    const own = { id, tenantId: op.tenantId, state: "ACTIVE" as const, version: 1, createdBy: selfOf(op) };
    op.em.create(Sender, { ...own, ...fields, createdAt: op.now, updatedAt: op.now }, { persist: true });
    await op.em.flush();
    await setPace(op, "SENDER", id, fields);
    await op.emit("sender.created", {
      targets: [senderTarget({ id, address: fields.address })],
      changes: changesBetween({}, fields),
    });
    return { senderId: id };
  },
});

/**
 * Changes what is given. Limits are in force with the next claim; name and addresses of a campaign that was launched are frozen
 * with its version and stay. Writes sender and pace; emits sender.updated; enqueues campaigns.wakePutOff when limits have changed:
 * campaigns under way are planned anew. Throws NOT_FOUND, CONFLICT with both versions or when the address is taken, INVALID_TRANSITION
 * when it is archived.
 */
export const updateSender = command({
  name: "updateSender",
  permission: "system:settings",
  input: v.object({
    senderId: IdSchema,
    expectedVersion: v.nullish(v.number()),
    ...v.partial(v.object(SenderFields)).entries,
  }),
  audits: attempted("sender.updated", "sender", "senderId"),
  async run(op, { senderId, expectedVersion, ...wanted }): Promise<{ senderId: Id }> {
    const given = Object.fromEntries(
      Object.entries(wanted).filter(([, value]) => value !== undefined),
    ) as Partial<Sender>;
    if (given.address !== undefined) await demandFreeAddress(op, senderId, given.address);
    const sender = await lockSender(op, senderId);
    demandVersion("sender", sender.version, expectedVersion);
    const changes = changesBetween<Sender>(sender, given);
    if (changes.length === 0) return { senderId };
    Object.assign(sender, given, { version: sender.version + 1, updatedAt: op.now });
    if (changes.some(({ field }) => LIMITS.has(field))) await keepPace(op, sender, true);
    await op.emit("sender.updated", { targets: [senderTarget(sender)], changes });
    return { senderId };
  },
});

const LIMITS = new Set(["perHour", "perDay", "gapSeconds"]);

/** Its mail waits; no lead is given to another. Writes sender and pace; emits sender.updated. Throws NOT_FOUND, INVALID_TRANSITION. */
export const pauseSender = command({
  name: "pauseSender",
  permission: "system:settings",
  input: v.object({ senderId: IdSchema }),
  audits: attempted("sender.updated", "sender", "senderId"),
  run: (op, { senderId }) => moveTo(op, senderId, "PAUSED"),
});

/**
 * What waited goes on, within its limits, within a minute. Writes sender and pace; emits sender.updated; enqueues
 * campaigns.wakePutOff. Throws NOT_FOUND, INVALID_TRANSITION.
 */
export const resumeSender = command({
  name: "resumeSender",
  permission: "system:settings",
  input: v.object({ senderId: IdSchema }),
  audits: attempted("sender.updated", "sender", "senderId"),
  run: (op, { senderId }) => moveTo(op, senderId, "ACTIVE"),
});

const LIVE_USES = statement<{ name: string }>(
  "live_campaigns_of_sender",
  `select name from campaign where tenant_id = $1 and sender_ids ? $2 and status in ('SCHEDULED', 'RUNNING', 'PAUSED', 'HALTED')
   order by name limit 3`,
);

/**
 * Puts it away; its address is free again. What it has sent stays its own. Writes sender and pace; emits sender.updated.
 * Throws NOT_FOUND, INVALID_TRANSITION while a campaign that is scheduled, runs or is paused uses it.
 */
export const archiveSender = command({
  name: "archiveSender",
  permission: "system:settings",
  input: v.object({ senderId: IdSchema }),
  audits: attempted("sender.updated", "sender", "senderId"),
  async run(op, { senderId }): Promise<{ senderId: Id }> {
    const sender = await lockSender(op, senderId);
    const uses = await op.query(LIVE_USES, [op.tenantId, senderId]);
    if (uses.length > 0)
      throw new InvalidTransitionError(
        `${sender.address} is still a sender of ${uses.map(({ name }) => `“${name}”`).join(", ")}; end or cancel ${uses.length === 1 ? "it" : "them"} first.`,
        sender.state,
        "ARCHIVED",
        [],
      );
    return moveTo(op, senderId, "ARCHIVED");
  },
});

async function moveTo(op: UnitOfWork, senderId: Id, state: SenderState): Promise<{ senderId: Id }> {
  const sender = await lockSender(op, senderId);
  const changes = changesBetween<Sender>(sender, { state });
  if (changes.length === 0) return { senderId };
  Object.assign(sender, { state, version: sender.version + 1, updatedAt: op.now });
  await keepPace(op, sender);
  await op.emit("sender.updated", { targets: [senderTarget(sender)], changes });
  return { senderId };
}

/**
 * The lanes keep the sender's limits as they are now; what waited for others looks again, later and batch by batch: claims wait
 * for the row of limits that this holds. Mail of a sender that is not active has nothing to look for.
 * @param isPlannedAnew limits have changed
 */
async function keepPace(op: UnitOfWork, sender: Sender, isPlannedAnew = false): Promise<void> {
  const { perHour = null, perDay = null, gapSeconds, state, id } = sender;
  await setPace(op, "SENDER", id, { perHour, perDay, gapSeconds, isPaused: state !== "ACTIVE" });
  const isActive = state === "ACTIVE";
  if (!isActive && !isPlannedAnew) return;
  const putOff = await putOffUpToNow(op, isActive ? [WAITS_FOR.SENDER, SENDER_PAUSED] : [], id);
  await op.enqueue(wakePutOff, { ...putOff, isPlannedAnew });
}

const senderTarget = ({ id, address }: Pick<Sender, "id" | "address">): EventTarget => ({
  type: "sender",
  id,
  label: address,
});

/** @throws NotFoundError; InvalidTransitionError when it is archived */
async function lockSender(op: UnitOfWork, senderId: Id): Promise<Sender> {
  const sender = await op.lock(Sender, "sender", senderId);
  if (sender.state === "ARCHIVED")
    throw new InvalidTransitionError(
      `${sender.address} is archived; make a new sender with its address.`,
      "ARCHIVED",
      "ACTIVE",
      [],
    );
  return sender;
}

const ADDRESSES = statement<{ isSame: boolean }>(
  "sender_addresses",
  `select lower(address) = lower($2) as "isSame" from sender where tenant_id = $1 and id <> $3 and state <> 'ARCHIVED'`,
);

/** Of two who come at the same moment the second waits, and then sees what the first did. */
async function demandFreeAddress(op: UnitOfWork, id: Id, address: string): Promise<void> {
  await lockTenant(op);
  const others = await op.query(ADDRESSES, [op.tenantId, address, id]);
  if (others.some(({ isSame }) => isSame))
    throw new ConflictError(`There is a sender with the address ${address} already.`, ["address"]);
  if (others.length >= MOST_SENDERS)
    throw new ConflictError(`There are ${MOST_SENDERS} senders already; archive one.`, ["address"]);
}
