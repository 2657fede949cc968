import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { EventAction, EventTarget, FieldChange } from "../events.js";

/** One fact: the audit entry and what is published are this one row. Never updated, never deleted. */
export const EventRow = defineEntity({
  name: "EventRow",
  tableName: "event",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().nullable(),
    at: p.datetime(6),
    action: p.text().$type<EventAction>(),
    actorKind: p.text(),
    actorId: p.uuid().nullable(),
    actorLabel: p.text().nullable(),
    targets: p.json<EventTarget[]>(),
    outcome: p.text().$type<"SUCCESS" | "DENIED" | "FAILED">(),
    reasonCode: p.text().nullable(),
    changes: p.json<FieldChange[]>(),
    context: p.json<Record<string, string>>(),
    schemaVersion: p.integer(),
  },
});
export type EventRow = InferEntity<typeof EventRow>;
