import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

export interface DomainLimit {
  /** The part after the @, lower-case, in ASCII. */
  readonly domain: string;
  readonly perHour: number | null;
  readonly perDay: number | null;
}

/** What of all its campaigns together an organisation sends at most; null: no limit. Hours and days are those of UTC. */
export interface SendingLimits {
  readonly perHour: number | null;
  readonly perDay: number | null;
  /** To each destination domain that is not listed. */
  readonly domainPerHour: number | null;
  readonly domainPerDay: number | null;
  readonly domains: readonly DomainLimit[];
}
export const NO_LIMITS: SendingLimits = {
  perHour: null,
  perDay: null,
  domainPerHour: null,
  domainPerDay: null,
  domains: [],
};
const LIMITS = statement<{ limits: Partial<SendingLimits> | null; version: number }>(
  "sending_limits",
  `select settings->'sendingLimits' as limits, settings_version as version from tenant where id = $1`,
);

/** With the version of the organisation's settings. */
export async function findSendingLimits(
  reader: Reader,
  tenantId: Id,
): Promise<SendingLimits & { readonly version: number }> {
  const { limits, version } = (await reader.query(LIMITS, [tenantId]))[0]!;
  return { ...NO_LIMITS, ...limits, version };
}
