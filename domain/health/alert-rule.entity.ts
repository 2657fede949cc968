import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { SignalName } from "./signals.js";

/** OK; PENDING: over the threshold, not for long enough yet; FIRING: people have been told. */
export const ALERT_STATES = ["OK", "PENDING", "FIRING"] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** What an organisation wants to be told about. */
export const AlertRule = defineEntity({
  name: "AlertRule",
  tableName: "alert_rule",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    name: p.text(),
    signal: p.text().$type<SignalName>(),
    threshold: p.float(),
    forSeconds: p.integer(),
    isEnabled: p.boolean(),
    mutedUntil: p.datetime().nullable(),
    state: p.text().$type<AlertState>(),
    stateSince: p.datetime(),
    createdBy: p.uuid().nullable(),
    createdAt: p.datetime(),
    version: p.integer(),
  },
});
export type AlertRule = InferEntity<typeof AlertRule>;
