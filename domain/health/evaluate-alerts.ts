import { sendTransactional } from "../emails/index.js";
import type { Id } from "../ids.js";
import { notifyRoles } from "../notifications/index.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import type { AlertState } from "./alert-rule.entity.js";
import { SIGNAL_NAMES, SIGNALS, type SignalName, type SignalValues } from "./signals.js";
import { readDatabaseSignals } from "./signals.queries.js";
import { TIMEOUTS_MS } from "./thresholds.js";

const NEWEST = statement<{ signals: Partial<SignalValues> }>(
  "health_newest_samples",
  `select distinct on (host) signals from health_sample where at > now() - interval '20 seconds' order by host, at desc`,
);

/** Something that did not answer took at least as long as it was waited for. */
const UNANSWERED: Partial<Record<SignalName, number>> = {
  POSTGRES_PING: TIMEOUTS_MS.postgres,
  REDIS_PING: TIMEOUTS_MS.redis,
  MAIL_LATENCY: TIMEOUTS_MS.mail,
};

export type AlertValues = Partial<Record<SignalName, number>>;

/** What the rules are judged by: the worst of all machines' newest samples, and what the database itself says now. */
export async function readAlertValues(reader: Reader): Promise<AlertValues> {
  const [stored, samples] = await Promise.all([readDatabaseSignals(reader), reader.query(NEWEST)]);
  const found: AlertValues = {};
  for (const name of SIGNAL_NAMES) {
    const seen = samples.flatMap(({ signals }) =>
      name in signals ? [signals[name] ?? UNANSWERED[name] ?? []].flat() : [],
    );
    if (seen.length > 0) found[name] = Math.max(...seen);
  }
  return { ...found, ...stored.values };
}

// One process judges at a time; the others have nothing to add.
const TAKE_TURN = statement<{ isOurs: boolean }>(
  "alerts_take_turn",
  `select pg_try_advisory_xact_lock(hashtextextended('postwatch alerts', 0)) as "isOurs"`,
);
const NOTE_VALUES = statement<object>(
  "alerts_note_values",
  `update alert_rule r set last_value = s.value from unnest($1::text[], $2::float8[]) as s (signal, value)
   where s.signal = r.signal and r.is_enabled and r.last_value is distinct from s.value`,
);

interface Move {
  readonly ruleId: Id;
  readonly tenantId: Id;
  readonly name: string;
  readonly signal: SignalName;
  readonly threshold: number;
  readonly value: number;
  readonly from: AlertState;
  readonly state: AlertState;
  readonly isMuted: boolean;
}

// Whoever changes the state is who tells: the update takes only the state that the judgement was made on.
const MOVE = statement<Move>(
  "alerts_move",
  `with seen as (select * from unnest($1::text[], $2::float8[]) as s (signal, value)),
   judged as (
     select r.id, r.state, s.value, case
       when s.value <= r.threshold then 'OK'
       when r.state = 'FIRING' or r.for_seconds = 0 then 'FIRING'
       when r.state = 'PENDING' and r.state_since <= now() - make_interval(secs => r.for_seconds) then 'FIRING'
       else 'PENDING' end as next
     from alert_rule r join seen s on s.signal = r.signal where r.is_enabled),
   due as (select * from judged where next <> state order by id limit 200)
   update alert_rule r set state = due.next, state_since = now() from due
   where r.id = due.id and r.state = due.state and r.is_enabled
   returning r.id as "ruleId", r.tenant_id as "tenantId", r.name, r.signal, r.threshold, due.value, due.state as "from",
     r.state, coalesce(r.muted_until > now(), false) as "isMuted"`,
);
const FIRE = statement<{ id: Id }>(
  "alerts_fire",
  `insert into alert_event (id, tenant_id, rule_id, rule_name, signal, threshold, value, was_muted)
   values (uuid_v7(), $1, $2, $3, $4, $5, $6, $7)
   on conflict (rule_id) where recovered_at is null do update set value = excluded.value returning id`,
);
const RECOVER = statement<{ id: Id; wasMuted: boolean; minutes: number }>(
  "alerts_recover",
  `update alert_event set recovered_at = clock_timestamp() where tenant_id = $1 and rule_id = $2 and recovered_at is null
   returning id, was_muted as "wasMuted", ceil(extract(epoch from clock_timestamp() - fired_at) / 60)::int as minutes`,
);

/**
 * Judges every rule once. Of any number of processes one tells the administrators, once when a rule is broken for long
 * enough and once when it is not any more.
 * @returns whom was told; their channels are told after the commit
 */
export async function evaluateAlerts(op: UnitOfWork, values: AlertValues): Promise<Id[]> {
  const [turn] = await op.query(TAKE_TURN);
  if (!turn!.isOurs) return [];
  const signals = [Object.keys(values), Object.values(values)];
  await op.query(NOTE_VALUES, signals);
  const told: Id[] = [];
  for (const move of await op.query(MOVE, signals)) {
    if (move.state === "FIRING") told.push(...(await fire(op, move)));
    else if (move.from === "FIRING") told.push(...(await recover(op, move)));
  }
  return [...new Set(told)];
}

async function fire(op: UnitOfWork, move: Move): Promise<Id[]> {
  const { tenantId, ruleId, name, signal, threshold, value, isMuted } = move;
  const values = [tenantId, ruleId, name, signal, threshold, value, isMuted];
  const [alert] = await op.query(FIRE, values);
  if (isMuted) return [];
  return tell(op, move, {
    alertId: alert!.id,
    notice: "ALERT",
    title: `${name}: ${shownValue(signal, value)}`,
    detail: `${SIGNALS[signal].label}: ${shownValue(signal, value)}; the limit is ${shownValue(signal, threshold)}.`,
  });
}

/** Who was not told of the beginning is not told of the end. */
async function recover(op: UnitOfWork, move: Move): Promise<Id[]> {
  const { tenantId, ruleId, name, signal, threshold, value, isMuted } = move;
  const [alert] = await op.query(RECOVER, [tenantId, ruleId]);
  if (!alert || alert.wasMuted || isMuted) return [];
  const minutes = alert.minutes === 1 ? "a minute" : `${alert.minutes} minutes`;
  return tell(op, move, {
    alertId: alert.id,
    notice: "ALERT_OVER",
    title: `${name}: over`,
    detail: `${SIGNALS[signal].label}: ${shownValue(signal, value)} again; the limit is ${shownValue(signal, threshold)}. It lasted at most ${minutes}.`,
  });
}

interface News {
  readonly alertId: Id;
  readonly notice: "ALERT" | "ALERT_OVER";
  readonly title: string;
  readonly detail: string;
}

async function tell(op: UnitOfWork, { tenantId }: Move, news: News): Promise<Id[]> {
  const { alertId, notice, title, detail } = news;
  const told = await notifyRoles(op, tenantId, ["ADMIN"], { kind: notice, title, detail, href: "/health" });
  for (const userId of told) {
    const key = `${notice}:${alertId}:${userId}`;
    await op.enqueue(sendTransactional, { notice, userId, alertId }, { key, tenantId });
  }
  return told;
}

/** A figure for people, e.g. "312 s", "2 jobs" or "1 job". */
export function shownValue(signal: SignalName, value: number): string {
  const { unit } = SIGNALS[signal];
  const figure = String(Math.round(value * 10) / 10);
  return value === 1 && unit.length > 2 ? `1 ${unit.slice(0, -1)}` : `${figure} ${unit}`;
}
