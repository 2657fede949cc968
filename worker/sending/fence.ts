import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "#domain/ids.js";
import { fenceSending, proveHome, type Witness } from "#domain/sending/index.js";
import type { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import type { Logger } from "#platform/logger.js";
import { repeat } from "#platform/repeat.js";
import type { SendingWitness } from "#platform/sending-witness.js";
import { untilBack } from "#platform/until-back.js";

export interface FenceParts {
  readonly database: Database;
  readonly outside: SendingWitness;
  /** What the operator calls the place; null when it has no name. */
  readonly place: string | null;
  readonly log: Logger;
}

export interface Fence {
  /** What is known outside the database now; nothing may be claimed from one that is behind it. */
  witness(): Witness;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 5_000;
/** A Redis that has just been started may be reading its data still. */
const TOLD_WITHIN_MS = 10_000;

async function untilTold(outside: SendingWitness): Promise<void> {
  const end = performance.now() + TOLD_WITHIN_MS;
  while ((await outside.read()) === null && performance.now() < end) await sleep(200);
}

/**
 * Keeps proving that this is the database that was sent from last, and freezes sending when it is not. Resolves after the
 * first look: nothing is sent before it.
 */
export async function startFence({ database, outside, place, log }: FenceParts): Promise<Fence> {
  const actor = { kind: "JOB", name: "sending.fence" } as const;
  let epoch = 0;
  const look = async (): Promise<number> => {
    // Later the workers remember it themselves.
    epoch = Math.max(epoch, (await outside.read()) ?? 0);
    const proved = await proveHome(database, { epoch, place });
    if (proved !== null) {
      epoch = proved;
      await outside.note(epoch);
      return LOOK_EVERY_MS;
    }
    const op = openOperation(database, actor, { requestId: newId() });
    const reason = await op.run(fenceSending, { epoch, place });
    if (reason !== null)
      log.error(
        { reason },
        "sending is frozen; `postwatch release REASON` lets it go on when this is the original",
      );
    return LOOK_EVERY_MS;
  };
  let pauseMs = 0;
  try {
    await untilTold(outside);
    pauseMs = await untilBack(look, () => false);
  } catch (error) {
    outside.close();
    throw error;
  }
  const round = async (): Promise<number> => {
    const pause = pauseMs;
    pauseMs = 0;
    return pause || look();
  };
  const looking = repeat("the fence of sending", round, log);
  return {
    witness: () => ({ epoch, place }),
    async stop() {
      await looking.stop();
      outside.close();
    },
  };
}
