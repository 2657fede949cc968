import { updateAuditRetention } from "#domain/audit/retention.js";
import { deleteAuditView, saveAuditView } from "#domain/audit/search/views.js";
import type { ShelfRules } from "../access/rules.js";

export const auditRules: ShelfRules = {
  Query: {
    auditLogs: "system:audit",
    auditFacets: "system:audit",
    auditVolume: "system:audit",
    auditViews: "system:audit",
    auditRetention: "system:audit",
    auditVerify: "system:audit",
  },
  Mutation: {
    saveAuditView: saveAuditView.permission,
    deleteAuditView: deleteAuditView.permission,
    updateAuditRetention: updateAuditRetention.permission,
  },
  Subscription: { auditAppended: "system:audit" },
};
