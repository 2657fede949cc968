import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

export const LeadList = defineEntity({
  name: "LeadList",
  tableName: "lead_list",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    teamId: p.uuid().nullable(),
    name: p.text(),
    kind: p.text().$type<"STATIC">(),
    createdAt: p.datetime(),
  },
});
export type LeadList = InferEntity<typeof LeadList>;
