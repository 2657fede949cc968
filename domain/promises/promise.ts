/** What an offending row is; each kind has a page of its own. */
export const OFFENDING_KINDS = ["MESSAGE", "CAMPAIGN", "AUDIT", "HEALTH"] as const;
export type OffendingKind = (typeof OFFENDING_KINDS)[number];

/** A promise of the product that is looked at every minute. */
export interface PromiseDefinition {
  /** Stays the same for ever: results are kept under it. */
  readonly id: string;
  readonly title: string;
  /** What is promised, and how far the look goes. */
  readonly sentence: string;
  /**
   * SQL of a select that answers the rows by which it is broken, none when it is kept. Columns: tenant_id, kind,
   * id (text), campaign_id, label, detail; two rows with one id are one. It may read `touched (id)`, the messages to be
   * looked at, and `campaigns (id)`, the campaigns to be looked at; `$4` are the ids that offended before.
   */
  readonly offending: string;
  /** SQL of a select that answers `doubt`, why it cannot be said whether the promise is kept; without rows it can. */
  readonly doubt?: string;
}
