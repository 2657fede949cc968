import {
  archiveCampaign,
  cancelCampaign,
  cloneCampaign,
  createCampaign,
  deleteCampaign,
  launchCampaign,
  pauseCampaign,
  resumeCampaign,
  scheduleCampaign,
  unscheduleCampaign,
  sendTestEmail,
  updateCampaign,
} from "#domain/campaigns/index.js";
import { freezeSending, releaseSending } from "#domain/sending/index.js";
import type { ShelfRules } from "../access/rules.js";

export const campaignsRules: ShelfRules = {
  Query: {
    campaign: "campaign:read",
    campaigns: "campaign:read",
    campaignAccounting: "campaign:read",
    campaignPreflight: "campaign:read",
    campaignPreview: "campaign:read",
    campaignDryRun: "campaign:read",
    campaignTimetable: "campaign:read",
    campaignOverdue: "campaign:read",
    sending: "campaign:read",
  },
  Mutation: {
    createCampaign: createCampaign.permission,
    updateCampaign: updateCampaign.permission,
    cloneCampaign: cloneCampaign.permission,
    deleteCampaign: deleteCampaign.permission,
    scheduleCampaign: scheduleCampaign.permission,
    unscheduleCampaign: unscheduleCampaign.permission,
    launchCampaign: launchCampaign.permission,
    pauseCampaign: pauseCampaign.permission,
    resumeCampaign: resumeCampaign.permission,
    cancelCampaign: cancelCampaign.permission,
    archiveCampaign: archiveCampaign.permission,
    sendTestEmail: sendTestEmail.permission,
    freezeSending: freezeSending.permission,
    releaseSending: releaseSending.permission,
  },
  Subscription: { campaignActivity: "campaign:read" },
};
