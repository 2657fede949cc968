import type { Id } from "../ids.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import { SharedCapacities, type PlannedSequence, type SharedHour } from "../planning/index.js";
import { findSenders, findSendingLimits } from "../senders/index.js";

const HOUR = 3_600_000;
/** What was planned before begins to count so long before the first place: a day of UTC. */
const BEFORE = 25 * HOUR;

const HOURS = statement<SharedHour>(
  "shared_planned_hours",
  `select h.kind, h.key, extract(epoch from h.hour)::float8 * 1000 as hour, sum(h.planned)::int as count,
     extract(epoch from min(h.first_at))::float8 * 1000 as first, extract(epoch from max(h.last_at))::float8 * 1000 as last
   from unnest($3::text[], $4::text[]) w(kind, key)
     join planned_hour h on h.tenant_id = $1 and h.kind = w.kind and h.key = w.key and h.hour >= $2::timestamptz
     join campaign c on c.id = h.campaign_id and c.status in ('RUNNING', 'PAUSED', 'HALTED') and c.id is distinct from $5::uuid
   group by 1, 2, 3`,
);
/** One planner of an organisation with shared limits after the other: each sees what the others have planned. */
const ONE_AT_A_TIME = statement<object>(
  "one_planner_at_a_time",
  "select pg_advisory_xact_lock(hashtextextended('plan:' || $1::text, 0))",
);

/** Limits that the campaign shares, with what campaigns that are under way have planned under them; of domains see `addDomains`. @param except a campaign whose own plan does not count */
export async function sharedCapacities(
  reader: Reader,
  tenantId: Id,
  senderIds: readonly Id[],
  startAt: number,
  except: Id | null = null,
): Promise<SharedCapacities> {
  const limits = await findSendingLimits(reader, tenantId);
  const senders = senderIds.length === 0 ? [] : await findSenders(reader, tenantId, senderIds);
  const byId = new Map(senders.map((sender) => [sender.id, sender]));
  const order = senderIds.flatMap((id) => {
    const sender = byId.get(id);
    return sender ? [{ id, limits: sender }] : [];
  });
  const { perHour, perDay, domainPerHour, domainPerDay, domains } = limits;
  const others =
    domainPerHour === null && domainPerDay === null
      ? null
      : { perHour: domainPerHour, perDay: domainPerDay, gapSeconds: 0 };
  const shared = new SharedCapacities(
    { perHour, perDay, gapSeconds: 0 },
    order,
    new Map(domains.map(({ domain, ...own }) => [domain, { ...own, gapSeconds: 0 }])),
    others,
  );
  const kinds = [...senderIds.map((key) => ["SENDER", key] as const), ["TENANT", ""] as const];
  if (shared.hasLimits) shared.add(await hoursOf(reader, tenantId, kinds, startAt, except));
  return shared;
}

/** Adds what is planned to the domains among these that have limits; each domain once. */
export async function addDomains(
  reader: Reader,
  tenantId: Id,
  shared: SharedCapacities,
  domains: Iterable<string | null | undefined>,
  startAt: number,
  known: Set<string>,
  except: Id | null = null,
): Promise<void> {
  if (!shared.hasDomainLimits) return;
  const wanted: (readonly ["DOMAIN", string])[] = [];
  for (const domain of domains) {
    if (domain == null || known.has(domain) || !shared.hasLimitOf(domain)) continue;
    known.add(domain);
    wanted.push(["DOMAIN", domain]);
  }
  if (wanted.length > 0) shared.add(await hoursOf(reader, tenantId, wanted, startAt, except));
}

/** The limits that count for messages that are given new places. */
export async function sharedOfMessages(
  reader: Reader,
  tenantId: Id,
  messages: readonly { readonly senderId: Id | null; readonly domain?: string | null }[],
  startAt: number,
  except: Id | null = null,
): Promise<SharedCapacities> {
  const senderIds = [...new Set(messages.flatMap(({ senderId }) => senderId ?? []))];
  const shared = await sharedCapacities(reader, tenantId, senderIds, startAt, except);
  const domains = messages.map(({ domain }) => domain);
  await addDomains(reader, tenantId, shared, domains, startAt, new Set(), except);
  return shared;
}

export async function onePlannerAtATime(op: UnitOfWork): Promise<void> {
  await op.query(ONE_AT_A_TIME, [op.tenantId]);
}

function hoursOf(
  reader: Reader,
  tenantId: Id,
  keys: readonly (readonly [kind: string, key: string])[],
  startAt: number,
  except: Id | null,
): Promise<SharedHour[]> {
  const since = new Date(startAt - BEFORE).toISOString();
  const [kinds, names] = [keys.map(([kind]) => kind), keys.map(([, key]) => key)];
  return reader.query(HOURS, [tenantId, since, kinds, names, except]);
}

const ADD = statement<object>(
  "add_shared_hours",
  `insert into planned_hour as h (tenant_id, campaign_id, kind, key, hour, planned, first_at, last_at)
   select $1, $2, kind, key, date_trunc('hour', place, 'UTC'), count(*), min(place), max(place)
   from unnest($3::text[], $4::text[], $5::timestamptz[]) p(kind, key, place) group by kind, key, 5
   on conflict (campaign_id, kind, key, hour) do update set planned = h.planned + excluded.planned,
     first_at = least(h.first_at, excluded.first_at), last_at = greatest(h.last_at, excluded.last_at)`,
);

/** One mail or several of one lead, as far as shared limits are about it. */
export interface PlannedShare extends Pick<PlannedSequence, "senderId" | "places"> {
  readonly domain?: string | null;
}

/** Notes what was planned; under a limit of a domain only where there is one. */
export async function addSharedHours(
  op: UnitOfWork,
  campaignId: Id,
  shared: SharedCapacities,
  planned: readonly PlannedShare[],
): Promise<void> {
  const [kinds, keys, times]: [string[], string[], string[]] = [[], [], []];
  for (const { senderId, domain, places } of planned) {
    const of: [string, string][] = [["TENANT", ""]];
    if (senderId !== null) of.push(["SENDER", senderId]);
    if (domain != null && shared.hasLimitOf(domain)) of.push(["DOMAIN", domain]);
    for (const place of places)
      if (typeof place === "number")
        for (const [kind, key] of of) {
          kinds.push(kind);
          keys.push(key);
          times.push(new Date(place).toISOString());
        }
  }
  if (times.length > 0) await op.query(ADD, [op.tenantId, campaignId, kinds, keys, times]);
}
