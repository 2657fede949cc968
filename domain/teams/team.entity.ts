import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { Role } from "../access/roles.js";

export const Team = defineEntity({
  name: "Team",
  tableName: "team",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    name: p.text(),
    version: p.integer(),
    createdAt: p.datetime(),
    archivedAt: p.datetime().nullable(),
  },
});
export type Team = InferEntity<typeof Team>;

/** A person's role in a tenant: one a person and tenant. */
export const Membership = defineEntity({
  name: "Membership",
  tableName: "membership",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    userId: p.uuid(),
    role: p.text().$type<Role>(),
    version: p.integer(),
    createdAt: p.datetime(),
  },
});
export type Membership = InferEntity<typeof Membership>;
