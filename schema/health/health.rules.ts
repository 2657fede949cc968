import type { ShelfRules } from "../access/rules.js";

export const healthRules: ShelfRules = {
  Query: { health: "system:health", healthHistory: "system:health" },
  Subscription: { healthUpdated: "system:health" },
};
