import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

export const Tenant = defineEntity({
  name: "Tenant",
  tableName: "tenant",
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    slug: p.text(),
    settings: p.json<Record<string, unknown>>(),
    settingsVersion: p.integer(),
    frozenAt: p.datetime().nullable(),
    createdAt: p.datetime(),
  },
});
export type Tenant = InferEntity<typeof Tenant>;
