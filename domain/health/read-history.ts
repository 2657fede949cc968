import { invalid, NotFoundError } from "../errors.js";
import type { Operation } from "../operation.js";
import type { HealthHistory } from "./history.js";
import { readHosts, readSeries, readServices } from "./history.queries.js";
import { readMarkers } from "./markers.queries.js";
import { HISTORY_SECONDS, SAMPLE_SECONDS } from "./samples.queries.js";

export const POINTS = { least: 10, most: 1000, usual: 300 } as const;
const DAY_MS = 86_400_000;
const LONGEST_MS = 31 * DAY_MS;
/** From here on there are samples: they are kept an hour longer than a day. */
const SAMPLES_MS = DAY_MS + 1_800_000;

export interface HistoryWish {
  readonly from: Date;
  readonly to: Date;
  /** At most so many steps, 10 to 1000. */
  readonly points: number;
  /** Default: `ownHost` where it has a history, else the first that has one. */
  readonly host: string | null;
  readonly ownHost: string;
}

/**
 * How a machine was between two moments: of the last day from samples every five seconds, further back from rows of
 * five minutes.
 * @throws InvalidInputError for a range or a number of points that is out of bounds, NotFoundError for an unknown host
 */
export async function readHealthHistory(op: Operation, wish: HistoryWish): Promise<HealthHistory> {
  const { from, to } = wish;
  const spanMs = demandRange(wish);
  const hosts = await readHosts(op);
  const host = hostOf(wish, hosts);
  const isCoarse = from.getTime() < Date.now() - SAMPLES_MS;
  const baseSeconds = isCoarse ? HISTORY_SECONDS : SAMPLE_SECONDS;
  const stepSeconds = baseSeconds * Math.max(1, Math.ceil(spanMs / 1000 / wish.points / baseSeconds));
  const steps = Math.ceil(spanMs / 1000 / stepSeconds);
  const range = { host, from, to, stepSeconds, steps, isCoarse };
  const [series, services, markers] = await Promise.all([
    readSeries(op, range),
    readServices(op, range),
    readMarkers(op, op.tenantId, range),
  ]);
  return {
    host,
    hosts,
    from: from.toISOString(),
    to: to.toISOString(),
    stepSeconds,
    series,
    services,
    markers,
  };
}

function demandRange({ from, to, points }: HistoryWish): number {
  const spanMs = to.getTime() - from.getTime();
  if (spanMs <= 0) throw invalid(["to"], "range", "to must be later than from.", to.toISOString());
  if (spanMs > LONGEST_MS) throw invalid(["from"], "range", "At most 31 days at once.", from.toISOString());
  if (points < POINTS.least || points > POINTS.most)
    throw invalid(["points"], "range", `points must be from ${POINTS.least} to ${POINTS.most}.`, points);
  return spanMs;
}

function hostOf({ host, ownHost }: HistoryWish, hosts: readonly string[]): string {
  if (host === null) return hosts.includes(ownHost) ? ownHost : (hosts[0] ?? ownHost);
  if (host !== ownHost && !hosts.includes(host)) throw new NotFoundError("host");
  return host;
}
