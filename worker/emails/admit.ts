import type { FrozenContent } from "#domain/campaigns/index.js";
import { postponeMessages, type ClaimedMessage } from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import { LAST_CALL_MS, LeadWindows } from "#domain/planning/index.js";
import type { Reader } from "#domain/operation.js";
import type { FrozenVersions } from "./frozen-versions.js";

const windowsOf = new WeakMap<FrozenContent, LeadWindows>();

export interface Admission {
  /** To be mailed now. */
  readonly open: readonly ClaimedMessage[];
  /** The campaign's end came before their next window. */
  readonly over: readonly ClaimedMessage[];
  /** Somebody's window was looked at, and will not be open for ever. */
  readonly isTimed: boolean;
}

/**
 * Who of a claim may be mailed at the time of the claim. Whose window has closed meanwhile (no worker ran, a server was
 * away) is put off to the next one. The campaign's limits were kept by the claim itself.
 */
export async function admit(
  reader: Reader,
  versions: FrozenVersions,
  owner: Id,
  claimed: readonly ClaimedMessage[],
): Promise<Admission> {
  const open: ClaimedMessage[] = [];
  const over: ClaimedMessage[] = [];
  const closed: { id: Id; attempt: number; dueAt: Date }[] = [];
  let isTimed = false;
  let isForAll = true;
  for (const message of claimed) {
    const content = await versions.contentOf(message.version_id);
    if (content.schedule) {
      isTimed = true;
      isForAll &&= !content.schedule.inLeadZone;
    }
    const opensAt = opensFor(message, content);
    if (opensAt === "now") open.push(message);
    else if (opensAt === "never") over.push(message);
    else closed.push({ id: message.id, attempt: message.attempt, dueAt: opensAt });
  }
  if (closed.length > 0) await postponeMessages(reader, owner, closed, isForAll ? closed[0]!.dueAt : null);
  return { open, over, isTimed };
}

function opensFor(message: ClaimedMessage, content: FrozenContent): Date | "now" | "never" {
  const { schedule } = content;
  if (!schedule) return "now";
  let windows = windowsOf.get(content);
  if (!windows) {
    windows = new LeadWindows(schedule);
    windowsOf.set(content, windows);
  }
  const lead = { leadId: message.lead_id, timezone: message.timezone };
  const at = Date.parse(message.claimed_at!);
  const end = schedule.endsAt === null ? Infinity : Date.parse(schedule.endsAt);
  const lastCall = at + LAST_CALL_MS;
  const isOpen = windows.opensAt(lead, at) === at && windows.opensAt(lead, lastCall) === lastCall;
  // In its last minute a window is over; before it opens, the next is the one that opens.
  const opensAt = isOpen ? at : windows.opensAt(lead, windows.opensAt(lead, at) === at ? lastCall : at);
  if (opensAt === null || opensAt >= end) return "never";
  return isOpen ? "now" : new Date(opensAt);
}
