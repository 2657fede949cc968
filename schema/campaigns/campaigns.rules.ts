import {
  cancelCampaign,
  createCampaign,
  deleteCampaign,
  launchCampaign,
  pauseCampaign,
  resumeCampaign,
  updateCampaign,
} from "#domain/campaigns/index.js";
import type { ShelfRules } from "../access/rules.js";

export const campaignsRules: ShelfRules = {
  Query: { campaign: "campaign:read", campaigns: "campaign:read", campaignAccounting: "campaign:read" },
  Mutation: {
    createCampaign: createCampaign.permission,
    updateCampaign: updateCampaign.permission,
    deleteCampaign: deleteCampaign.permission,
    launchCampaign: launchCampaign.permission,
    pauseCampaign: pauseCampaign.permission,
    resumeCampaign: resumeCampaign.permission,
    cancelCampaign: cancelCampaign.permission,
  },
  Subscription: { campaignActivity: "campaign:read" },
};
