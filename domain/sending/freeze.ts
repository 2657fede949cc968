import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import type { EventTarget } from "../events.js";
import { statement, type UnitOfWork } from "../operation.js";
import { plainText } from "../plain-text.js";
import { pauseLateCampaigns } from "./pause-late.js";

const LONGEST_REASON = 500;
/** Why, in words; 500 characters at most. */
export const Reason = v.object({
  reason: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty("reason must say why."),
    v.maxLength(LONGEST_REASON, `reason must have at most ${LONGEST_REASON} characters.`),
    plainText,
  ),
});

interface Frozen {
  readonly isFrozen: boolean;
  readonly frozenAt: string | null;
  readonly name: string;
}

const LOCK = statement<Frozen>(
  "sending_lock",
  `select frozen_at is not null as "isFrozen", frozen_at as "frozenAt", name from tenant where id = $1 for no key update`,
);
const FREEZE = statement<object>(
  "sending_freeze",
  "update tenant set frozen_at = now(), frozen_by = $2, freeze_reason = $3 where id = $1",
);
const RELEASE = statement<object>(
  "sending_release",
  "update tenant set frozen_at = null, frozen_by = null, freeze_reason = null where id = $1",
);
const attempt = (_: unknown, { tenantId: id }: { readonly tenantId: string }) => ({
  action: "sending.frozen_or_released" as const,
  targets: [{ type: "tenant", id }],
});

/**
 * After the commit no campaign mail of the organisation is begun, whatever is launched or due; mails that are on their way
 * end. Stopping needs less than starting again. Freezing twice changes nothing. Writes tenant; emits
 * sending.frozen_or_released. Throws BAD_USER_INPUT.
 */
export const freezeSending = command({
  name: "freezeSending",
  permission: "campaign:pause",
  input: Reason,
  audits: attempt,
  async run(op, { reason }): Promise<null> {
    await setFrozen(op, true, reason);
    return null;
  },
});

/** What a release does besides. */
export interface Released {
  /** Campaigns with mail that became due during a freeze of an hour and more: each asks what happens to it when it is resumed. */
  readonly pausedCampaigns: number;
}

/**
 * Campaigns go on where they stood; after an hour and more those with overdue mail are paused. Writes tenant and campaign;
 * emits sending.frozen_or_released, and campaign.paused for each. Throws BAD_USER_INPUT.
 */
export const releaseSending = command({
  name: "releaseSending",
  permission: "system:settings",
  input: Reason,
  audits: attempt,
  async run(op, { reason }): Promise<Released> {
    const frozenAt = await setFrozen(op, false, reason);
    if (frozenAt === null) return { pausedCampaigns: 0 };
    const { tenantId } = op;
    return { pausedCampaigns: await pauseLateCampaigns(op, { tenantId, frozenAt, isCopy: false }) };
  },
});

/** @returns since when it had been frozen; null: it had not */
async function setFrozen(op: UnitOfWork, wanted: boolean, reason: string): Promise<string | null> {
  const { isFrozen, frozenAt, name } = (await op.query(LOCK, [op.tenantId]))[0]!;
  if (isFrozen === wanted) return null;
  await op.query(wanted ? FREEZE : RELEASE, wanted ? [op.tenantId, selfOf(op), reason] : [op.tenantId]);
  await tellFreeze(op, { type: "tenant", id: op.tenantId, label: name }, isFrozen, reason);
  return frozenAt;
}

/** Puts it on record. `before`: whether it was frozen until now. */
export function tellFreeze(
  op: UnitOfWork,
  target: EventTarget,
  before: boolean,
  reason: string,
): Promise<void> {
  return op.emit("sending.frozen_or_released", {
    targets: [target],
    changes: [
      { field: "frozen", before, after: !before },
      { field: "reason", before: null, after: reason },
    ],
  });
}
