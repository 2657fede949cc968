import { personChannel, type Bus, type PersonHint } from "#domain/channels.js";
import { evaluateAlerts, giveDefaultRules, readAlertValues } from "#domain/health/index.js";
import { newId } from "#domain/ids.js";
import type { Database } from "../database/database.js";
import { inTransaction } from "../database/unit-of-work.js";
import type { Logger } from "../logger.js";
import { repeat, type Repetition } from "../repeat.js";

export interface AlertsParts {
  readonly database: Database;
  readonly bus: Bus;
  readonly log: Logger;
  /** Default 5 s. */
  readonly everyMs?: number;
}

const EVERY_MS = 5_000;

/**
 * Judges all alert rules again and again. Every server does, and one of them has the turn: however many there are,
 * people are told once. While the database is away nothing can be told; it goes on by itself.
 */
export function startAlerts(parts: AlertsParts): Repetition {
  const everyMs = parts.everyMs ?? EVERY_MS;
  return repeat("the look at the alert rules", () => look(parts).then(() => everyMs), parts.log);
}

async function look({ database, bus }: AlertsParts): Promise<void> {
  await giveDefaultRules(database);
  const values = await readAlertValues(database);
  const actor = { kind: "JOB", name: "alerts" } as const;
  const origin = { actor, tenantId: null, request: { requestId: newId() } };
  const told = await inTransaction(database, origin, (op) => evaluateAlerts(op, values));
  for (const userId of told) bus.publish(personChannel(userId), { userId } satisfies PersonHint);
}
