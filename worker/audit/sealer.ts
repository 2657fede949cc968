import { AUDIT_CHANNEL, type AuditHint, type Bus } from "#domain/channels.js";
import { newId } from "#domain/ids.js";
import { introduceKey } from "#domain/audit/keys.queries.js";
import { MOST_SEALED, type SealingKey } from "#domain/audit/seal.js";
import { sealEntries } from "#domain/audit/seal-entries.js";
import { statement } from "#domain/operation.js";
import type { Database } from "#platform/database/database.js";
import { inTransaction } from "#platform/database/unit-of-work.js";
import type { Logger } from "#platform/logger.js";
import { repeat, type Repetition } from "#platform/repeat.js";

export interface SealerParts {
  readonly database: Database;
  readonly bus: Pick<Bus, "publish">;
  readonly log: Logger;
  readonly key: SealingKey;
  /** The key before it, while it is being replaced: it says that the new one is its successor. */
  readonly previousKey: SealingKey | null;
}

const LOOK_EVERY_MS = 200;
/** After each pass it rests for so many times as long: what it takes of a busy machine is one part in twenty, at most. */
const RESTS = 19;
/** However busy the machine is. */
const LONGEST_REST_MS = 2_000;
const WAITS = statement<{ waits: boolean }>(
  "seal_waits",
  "select exists (select from pending_seal) as waits",
);

/** Seals what was written down, five times a second, less often where that is dear. One process at a time does; the others take over when it is gone. */
export function startSealer({ database, bus, log, key, previousKey }: SealerParts): Repetition {
  const origin = {
    actor: { kind: "JOB", name: "audit.seal" } as const,
    tenantId: null,
    request: { requestId: newId() },
  };
  let isIntroduced = false;
  return repeat(
    "the sealer",
    async () => {
      const [look] = await database.query(WAITS);
      if (!look!.waits) return LOOK_EVERY_MS;
      const begun = performance.now();
      const sealed = await inTransaction(database, origin, async (op) => {
        if (!isIntroduced) await introduceKey(op, key, previousKey);
        return sealEntries(op, key);
      });
      if (sealed === null) return LOOK_EVERY_MS;
      isIntroduced = true;
      for (const { chainId, lastSeq } of sealed.grown)
        bus.publish(AUDIT_CHANNEL, { chainId, lastSeq } satisfies AuditHint);
      // More waits than one pass takes: then there is no rest until it has caught up.
      return sealed.count === MOST_SEALED ? 0 : restAfter(performance.now() - begun);
    },
    log,
  );
}

const restAfter = (ms: number): number => Math.min(LONGEST_REST_MS, Math.max(LOOK_EVERY_MS, RESTS * ms));
