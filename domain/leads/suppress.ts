import * as v from "valibot";
import { command } from "../command.js";
import { attempted } from "../events.js";
import type { Id } from "../ids.js";
import { EmailField } from "../email-field.js";
import { suppressAddress } from "./suppress-address.js";
import { SUPPRESSION_REASONS, type SuppressionReason } from "./suppression.entity.js";

export interface Suppressed {
  readonly suppressionId: Id;
  /** What this call wanted; what was there before may be another team's to know. */
  readonly asked: { readonly reason: SuppressionReason; readonly createdAt: string };
}

/**
 * Stops all mail to an address, known or not, and ends every sequence that would mail it. Doing it twice changes nothing.
 * Writes suppression, lead.mailability, enrollment and message; emits suppression.added; enqueues nothing: every lane checks
 * before it sends.
 */
export const suppress = command({
  name: "suppress",
  permission: "lead:update",
  input: v.object({ email: EmailField, reason: v.picklist(SUPPRESSION_REASONS) }),
  audits: attempted("suppression.added"),
  async run(op, { email, reason }): Promise<Suppressed> {
    const { suppressionId } = await suppressAddress(op, email, reason, "ALL");
    return { suppressionId, asked: { reason, createdAt: op.now.toISOString() } };
  },
});
