import type { FieldChange } from "../events.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { HealthMarker } from "./history.js";

const MOST = 50;

interface Row {
  readonly at: string;
  readonly action: string;
  /** What the first target is, and which. */
  readonly type: string;
  readonly id: string;
  readonly name: string | null;
  readonly changes: readonly FieldChange[];
}

// The list of actions is that of the index event_marker.
const MARKERS = statement<Row>(
  "health_markers",
  `select * from (
     (select e.at, e.action, e.targets -> 0 ->> 'type' as type, e.targets -> 0 ->> 'id' as id, c.name, e.changes
      from event e left join campaign c on e.action = 'campaign.launched' and c.tenant_id = e.tenant_id
        and c.id::text = e.targets -> 0 ->> 'id'
      where e.tenant_id = $1 and e.at >= $2::timestamptz and e.at < $3::timestamptz and e.outcome = 'SUCCESS'
        and e.action in ('campaign.launched', 'queue.paused_or_resumed', 'sending.frozen_or_released', 'settings.updated')
      order by e.at desc limit ${MOST})
     union all
     (select started_at, 'worker.started', 'worker', id::text, host, '[]' from worker_heartbeat
      where at >= $2::timestamptz and started_at >= $2::timestamptz and started_at < $3::timestamptz
      order by started_at desc limit ${MOST})
   ) as marker order by at desc limit ${MOST}`,
);

/** What the organisation did in that time, and which workers were started; the newest 50, oldest first. */
export async function readMarkers(
  reader: Reader,
  tenantId: Id,
  range: { readonly from: Date; readonly to: Date },
): Promise<HealthMarker[]> {
  const rows = await reader.query(MARKERS, [tenantId, range.from.toISOString(), range.to.toISOString()]);
  return rows.toReversed().map((row) => ({ at: row.at, action: row.action, ...WORDINGS[row.action]!(row) }));
}

type Wording = Pick<HealthMarker, "label" | "href">;

const WORDINGS: Readonly<Record<string, (row: Row) => Wording>> = {
  "campaign.launched": ({ id, name }) => ({
    label: `Campaign launched: ${name ?? id}`,
    href: `/campaigns/${id}`,
  }),
  "queue.paused_or_resumed": ({ id, changes }) => ({
    label: `Queue ${id} ${isPause(changes) ? "paused" : "resumed"}`,
    href: "/jobs",
  }),
  "sending.frozen_or_released": () => ({ label: "Sending frozen or released", href: null }),
  "settings.updated": ({ type, id }) =>
    SETTINGS[type]?.(id) ?? { label: "Settings changed", href: "/settings" },
  "worker.started": ({ name }) => ({ label: `Worker started on ${name}`, href: "/jobs" }),
};
const SETTINGS: Readonly<Record<string, (id: string) => Wording>> = {
  health_thresholds: () => ({ label: "Health limits changed", href: "/health" }),
  audit_retention: () => ({ label: "Retention of the audit log changed", href: "/settings" }),
  alert_rule: () => ({ label: "Alert rule changed", href: "/health" }),
  queue: (id) => ({ label: `Queue ${id} changed`, href: "/jobs" }),
  schedule: (id) => ({ label: `Schedule ${id} changed`, href: "/jobs?tab=schedules" }),
};

const isPause = (changes: readonly FieldChange[]): boolean =>
  changes.some(({ field, after }) => /paused/i.test(field) && after !== null && after !== false);
