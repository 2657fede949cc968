import { createLead, startImport, suppress } from "#domain/leads/index.js";
import type { ShelfRules } from "../access/rules.js";

export const leadsRules: ShelfRules = {
  Query: {
    lead: "lead:read",
    leads: "lead:read",
    leadList: "lead:read",
    leadLists: "lead:read",
    suppressions: "lead:read",
    import: "lead:import",
    imports: "lead:import",
  },
  Mutation: {
    createLead: createLead.permission,
    suppress: suppress.permission,
    startImport: startImport.permission,
  },
  Subscription: { importProgress: "lead:import" },
};
