import {
  checkClock,
  findChains,
  findConcerned,
  noteCheck,
  type RecordCheck,
} from "#domain/audit/check.queries.js";
import { INSTALLATION_CHAIN } from "#domain/audit/seal.js";
import { verifyChain } from "#domain/audit/verify-chain.js";
import { personChannel, type PersonHint } from "#domain/channels.js";
import type { Id } from "#domain/ids.js";
import { done } from "#domain/jobs/outcome.js";
import { notifyRoles } from "#domain/notifications/index.js";
import { anchoredChains, readAnchors } from "#platform/audit-anchor-file.js";
import type { JobHandler, JobRun } from "../job-handler.js";
import type { AnchorSettings } from "./anchors.js";

type Run = JobRun<{ fireAt: string }>;
type PlacedFault = RecordCheck["faults"][number];

const MOST_FAULTS = 100;

/** Checks every chain against its anchors. What is found stands in the database, in the health, and before administrators. */
export function auditVerifyHandler({
  anchorFile,
}: Pick<AnchorSettings, "anchorFile">): JobHandler<{ fireAt: string }> {
  return async (run: Run) => {
    const { op, signal, progress } = run;
    const startedAt = await checkClock(op);
    const found = { entries: 0, seals: 0, faultCount: 0, faults: [] as PlacedFault[] };
    const broken = new Map<Id, PlacedFault>();
    for await (const chain of findChains(op, [...(await anchoredChains(anchorFile))])) {
      signal.throwIfAborted();
      const verdict = await verifyChain(op, chain, { anchors: readAnchors(anchorFile, chain) });
      found.entries += verdict.entries;
      found.seals += verdict.seals;
      found.faultCount += verdict.faultCount;
      const faults = verdict.faults.map((fault) => ({ ...fault, chain }));
      found.faults.push(...faults.slice(0, MOST_FAULTS - found.faults.length));
      if (faults[0]) broken.set(chain, faults[0]);
    }
    await noteCheck(op, { startedAt, ...found });
    if (broken.size > 0) await tell(run, broken);
    await progress({ entries: found.entries, seals: found.seals, faults: found.faultCount });
    return done;
  };
}

/** An organisation hears of its own chain; of the installation's, and of one that is nobody's, all do. */
async function tell({ op, bus }: Run, broken: ReadonlyMap<Id, PlacedFault>): Promise<void> {
  const chains = [...broken.keys()];
  const own = new Set(await findConcerned(op, chains, false));
  const shared = chains.find((chain) => !own.has(chain));
  for (const tenantId of await findConcerned(op, chains, shared !== undefined)) {
    const fault = broken.get(tenantId) ?? broken.get(shared!)!;
    const whose = fault.chain === INSTALLATION_CHAIN ? "of the installation " : "";
    const told = await notifyRoles(op, tenantId, ["ADMIN"], {
      kind: "ALERT",
      title: `The audit record ${whose}is not intact`,
      detail: fault.message,
      href: "/audit",
    });
    for (const userId of told) bus.publish(personChannel(userId), { userId } satisfies PersonHint);
  }
}
