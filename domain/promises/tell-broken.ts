import type { Id } from "../ids.js";
import { notifyRoles } from "../notifications/index.js";
import type { Reader } from "../operation.js";
import type { Look, PromiseMove } from "./look.queries.js";
import type { PromiseDefinition } from "./promise.js";

/** Tells the administrators whose promise is broken or kept again. @returns whom */
export async function tellBroken(
  reader: Reader,
  { title, sentence }: PromiseDefinition,
  { breaches }: Look,
  moves: readonly PromiseMove[],
): Promise<Id[]> {
  const told: Id[] = [];
  for (const { tenantId, isBroken } of moves) {
    const breach = breaches.find((each) => each.tenantId === tenantId);
    const first = breach?.offending[0];
    const more = (breach?.count ?? 1) - 1;
    told.push(
      ...(await notifyRoles(reader, tenantId, ["ADMIN"], {
        kind: isBroken ? "ALERT" : "ALERT_OVER",
        title: isBroken ? `Promise broken: ${title}` : `Promise kept again: ${title}`,
        detail: first ? `${first.label}: ${first.detail}${more > 0 ? `; and ${more} more` : ""}.` : sentence,
        href: "/promises",
      })),
    );
  }
  return told;
}
