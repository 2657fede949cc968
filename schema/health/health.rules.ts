import {
  createAlertRule,
  deleteAlertRule,
  muteAlertRule,
  updateAlertRule,
  updateHealthThresholds,
} from "#domain/health/index.js";
import type { ShelfRules } from "../access/rules.js";

export const healthRules: ShelfRules = {
  Query: {
    health: "system:health",
    healthHistory: "system:health",
    healthThresholds: "system:health",
    alertRules: "system:health",
    alertEvents: "system:health",
  },
  Mutation: {
    updateHealthThresholds: updateHealthThresholds.permission,
    createAlertRule: createAlertRule.permission,
    updateAlertRule: updateAlertRule.permission,
    deleteAlertRule: deleteAlertRule.permission,
    muteAlertRule: muteAlertRule.permission,
  },
  Subscription: { healthUpdated: "system:health" },
};
