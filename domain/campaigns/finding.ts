import type { MailPart, Severity } from "../emails/index.js";
import type { SendSchedule } from "../planning/index.js";
import type { AudienceOf } from "./preflight.queries.js";

/** Something about a campaign that should be known before it is launched; the message says what to do. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** Position of the step, from 1; null where it is about the whole campaign. */
  readonly step: number | null;
  /** 0 is the step's own wording, n its n-th variant. */
  readonly variant: number | null;
  readonly part: MailPart | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly excerpt: string | null;
  /** How many leads of the audience it is about, where that was counted. */
  readonly leads: number | null;
  /** The field of the campaign's input. */
  readonly path: readonly string[];
}

/** The places of a finding that is about the whole campaign. */
export const OF_CAMPAIGN = {
  step: null,
  variant: null,
  part: null,
  line: null,
  column: null,
  excerpt: null,
  leads: null,
};

/** What of a campaign is looked at. */
export interface Inspected extends AudienceOf {
  readonly fromEmail: string;
  readonly postalAddress?: string | null;
  readonly senderIds?: readonly string[];
  readonly schedule?: SendSchedule | null;
}
