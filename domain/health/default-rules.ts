import { statement, type Reader } from "../operation.js";
import type { SignalName } from "./signals.js";

interface Rule {
  readonly name: string;
  readonly signal: SignalName;
  readonly threshold: number;
  readonly forSeconds: number;
}

/** What every organisation begins with; all of it is theirs to change and to delete. */
export const DEFAULT_RULES: readonly Rule[] = [
  { name: "E-mail queue is late", signal: "OLDEST_WAITING_EMAILS", threshold: 300, forSeconds: 60 },
  { name: "Dead letters", signal: "DEAD_LETTERS", threshold: 0, forSeconds: 60 },
  { name: "No worker", signal: "WORKER_SILENCE", threshold: 30, forSeconds: 30 },
  { name: "Worker stands still", signal: "WORKER_STALL", threshold: 60, forSeconds: 0 },
  { name: "Disk almost full", signal: "DISK", threshold: 90, forSeconds: 300 },
  { name: "Database is slow", signal: "POSTGRES_PING", threshold: 500, forSeconds: 60 },
];

const GIVE = statement<object>(
  "alerts_give_defaults",
  `with fresh as (update tenant set alert_rules_made_at = now() where alert_rules_made_at is null returning id)
   insert into alert_rule (id, tenant_id, name, signal, threshold, for_seconds)
   select uuid_v7(), fresh.id, r.name, r.signal, r.threshold, r."forSeconds"
   from fresh, jsonb_to_recordset($1::jsonb) as r (name text, signal text, threshold float8, "forSeconds" int)
   on conflict do nothing`,
);

/** Gives organisations that have not had them the rules to begin with, each once. */
export async function giveDefaultRules(reader: Reader): Promise<void> {
  await reader.query(GIVE, [JSON.stringify(DEFAULT_RULES)]);
}
