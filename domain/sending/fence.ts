import * as v from "valibot";
import { command } from "../command.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import { Reason, tellFreeze, type Released } from "./freeze.js";
import { pauseLateCampaigns } from "./pause-late.js";

/**
 * What keeps a copy of the database from mailing whom the original mails. A database knows where it was last sent from, and
 * a number that rises all the time it is sent from; workers and Redis know the number too. Somewhere else, or behind the
 * number, it is a copy, or was put back: sending is frozen until a person says that it may go on.
 */
export interface Witness {
  /** The highest number that is known outside the database. */
  readonly epoch: number;
  /** What the operator calls the place; null when it has no name. */
  readonly place: string | null;
}

/** SQL, of `installation i`: it is where it was, and not behind. */
export const isAtHome = (epoch: string, place: string): string =>
  `(i.sending_home is null or i.sending_home = sending_home()) and i.sending_epoch >= ${epoch}
   and (${place}::text is null or i.sending_place is null or i.sending_place = ${place})`;

const PROVE = statement<{ epoch: number }>(
  "fence_prove",
  `update installation i set sending_epoch = sending_epoch + 1, sending_home = sending_home(), sending_place = coalesce($2, sending_place)
   where frozen_at is null and ${isAtHome("$1", "$2")} returning sending_epoch as epoch`,
);

/** Raises the number. @returns it; null: sending is frozen, or has to be */
export async function proveHome(reader: Reader, { epoch, place }: Witness): Promise<number | null> {
  return (await reader.query(PROVE, [epoch, place]))[0]?.epoch ?? null;
}

interface Stored {
  readonly id: string;
  readonly isFrozen: boolean;
  readonly frozenAt: string | null;
  readonly home: string | null;
  readonly here: string;
  readonly place: string | null;
  readonly epoch: number;
  /** What somebody outside knew when it was frozen. */
  readonly fenceEpoch: number;
}

const LOCK = statement<Stored>(
  "fence_lock",
  `select id, frozen_at is not null as "isFrozen", frozen_at as "frozenAt", sending_home as home, sending_home() as here, sending_place as place,
     sending_epoch as epoch, fence_epoch as "fenceEpoch" from installation for no key update`,
);
const FREEZE = statement<object>(
  "fence_freeze",
  "update installation set frozen_at = now(), freeze_reason = $1, fence_epoch = greatest(fence_epoch, $2)",
);
const REMEMBER = statement<object>(
  "fence_remember",
  "update installation set fence_epoch = $1 where fence_epoch < $1",
);
/** Workers may have seen more than the one that told of it. */
const BEYOND = 1_000_000;
const RELEASE = statement<object>(
  "fence_release",
  `update installation set frozen_at = null, freeze_reason = null, sending_home = sending_home(), sending_place = $1,
     sending_epoch = greatest(sending_epoch, fence_epoch) + ${BEYOND}`,
);

/**
 * Freezes the installation when it is a copy or was put back; what is at home, or frozen already, stays as it is.
 * Writes installation; emits sending.frozen_or_released.
 * @returns why; null when there was nothing to do
 */
export const fenceSending = command({
  name: "fenceSending",
  permission: "internal",
  input: v.object({ epoch: v.number(), place: v.nullable(v.string()) }),
  async run(op, witness): Promise<string | null> {
    const stored = (await op.query(LOCK))[0]!;
    // Frozen already, it still has to know beyond which number it may be released.
    if (stored.isFrozen) {
      await op.query(REMEMBER, [witness.epoch]);
      return null;
    }
    const reason = strangeness(stored, witness);
    if (reason !== null) await freeze(op, stored, reason, witness.epoch);
    return reason;
  },
});

/** Nothing is mailed any more, whoever's it is. Writes installation; emits sending.frozen_or_released. @returns whether it was not frozen before */
export const freezeInstallation = command({
  name: "freezeInstallation",
  permission: "internal",
  input: Reason,
  async run(op, { reason }): Promise<boolean> {
    const stored = (await op.query(LOCK))[0]!;
    if (!stored.isFrozen) await freeze(op, stored, reason, 0);
    return !stored.isFrozen;
  },
});

/**
 * Mail goes on, from here: this is the original from now on. Campaigns with overdue mail are paused after an hour and more;
 * of a copy, which does not know what the original has sent since, always. Writes installation and campaign; emits
 * sending.frozen_or_released, and campaign.paused for each.
 * @returns null: it was not frozen
 */
export const releaseInstallation = command({
  name: "releaseInstallation",
  permission: "internal",
  input: v.object({ ...Reason.entries, place: v.nullable(v.string()) }),
  async run(op, { reason, place }): Promise<Released | null> {
    const stored = (await op.query(LOCK))[0]!;
    const { id, frozenAt } = stored;
    if (!frozenAt) return null;
    const isCopy = strangeness(stored, { epoch: stored.fenceEpoch, place }) !== null;
    await op.query(RELEASE, [place]);
    await tellFreeze(op, { type: "installation", id }, true, reason);
    return { pausedCampaigns: await pauseLateCampaigns(op, { tenantId: null, frozenAt, isCopy }) };
  },
});

async function freeze(op: UnitOfWork, { id }: Stored, reason: string, epoch: number): Promise<void> {
  await op.query(FREEZE, [reason, epoch]);
  await tellFreeze(op, { type: "installation", id }, false, reason);
}

/** What speaks against it being the original, in the order of how sure it is; null: nothing. */
function strangeness({ home, here, place, epoch }: Stored, witness: Witness): string | null {
  const [was, is] = [home ?? here, here].map((text) => text.split("/"));
  if (was![0] !== is![0])
    return "This database was restored into another PostgreSQL server than it was last sent from.";
  if (was![1] !== is![1]) return "This database was restored beside the one that was last sent from.";
  if (was![2] !== is![2])
    return "The PostgreSQL server was recovered, or failed over to a replica: what happened last may be missing.";
  if (witness.place !== null && place !== null && witness.place !== place)
    return `This database was last sent from ${place}, and this is ${witness.place}.`;
  if (epoch < witness.epoch)
    return "An older state of this database was put back: who has been mailed since then is not known here.";
  return null;
}
