import type { Id } from "../ids.js";
import { keyset, keysetValues, type OrderColumn } from "../keyset.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";
import type { AlertState } from "./alert-rule.entity.js";
import { SIGNALS, type SignalName, type SignalUnit } from "./signals.js";

/** A rule as it is read. Times are ISO 8601 text. */
export interface AlertRuleView {
  readonly id: Id;
  readonly name: string;
  readonly signal: SignalName;
  readonly threshold: number;
  readonly unit: SignalUnit;
  readonly forSeconds: number;
  readonly isEnabled: boolean;
  /** Null when that time has passed. */
  readonly mutedUntil: string | null;
  readonly state: AlertState;
  readonly stateSince: string;
  readonly lastValue: number | null;
  readonly version: number;
}

const RULES = statement<Omit<AlertRuleView, "unit">>(
  "alert_rules",
  `select id, name, signal, threshold, for_seconds as "forSeconds", is_enabled as "isEnabled",
     case when muted_until > now() then muted_until end as "mutedUntil", state, state_since as "stateSince",
     last_value as "lastValue", version
   from alert_rule where tenant_id = $1 and ($2::uuid is null or id = $2) order by lower(name), id`,
);

/** An organisation's rules by name; with an id that one. */
export async function findAlertRules(
  reader: Reader,
  tenantId: Id,
  id: Id | null = null,
): Promise<AlertRuleView[]> {
  const rules = await reader.query(RULES, [tenantId, id]);
  return rules.map((rule) => ({ ...rule, unit: SIGNALS[rule.signal].unit }));
}

/** One time that a rule was broken. */
export interface AlertEventView {
  readonly id: Id;
  readonly ruleName: string;
  readonly signal: SignalName;
  readonly threshold: number;
  readonly value: number;
  readonly firedAt: string;
  readonly recoveredAt: string | null;
  readonly wasMuted: boolean;
}

const COLUMNS = `a.id, a.rule_name as "ruleName", a.signal, a.threshold, a.value, a.fired_at as "firedAt",
  a.recovered_at as "recoveredAt", a.was_muted as "wasMuted"`;
const ORDER: OrderColumn = { column: "a.fired_at", type: "timestamptz" };

/** The newest first. */
export async function listAlertEvents(
  reader: Reader,
  tenantId: Id,
  request: PageRequest,
): Promise<Page<AlertEventView>> {
  const { name, beyond, tail } = keyset(ORDER, "DESC", request.isBackward, "a.id", 2);
  const list = statement<AlertEventView>(
    `alert_events_${name}`,
    `select ${COLUMNS} from alert_event a where a.tenant_id = $1 and ${beyond} ${tail}`,
  );
  return pageOf(await reader.query(list, [tenantId, ...keysetValues(ORDER, request)]), request);
}

const COUNT = statement<{ count: number }>(
  "count_alert_events",
  "select count(*) as count from alert_event where tenant_id = $1",
);

export async function countAlertEvents(reader: Reader, tenantId: Id): Promise<number> {
  return (await reader.query(COUNT, [tenantId]))[0]!.count;
}

const FIND = statement<AlertEventView>(
  "alert_event",
  `select ${COLUMNS} from alert_event a where a.tenant_id = $1 and a.id = $2`,
);

export async function findAlertEvent(reader: Reader, tenantId: Id, id: Id): Promise<AlertEventView | null> {
  return (await reader.query(FIND, [tenantId, id]))[0] ?? null;
}
