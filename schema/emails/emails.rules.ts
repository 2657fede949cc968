import { resolveMessage, resolveMessages } from "#domain/campaigns/index.js";
import type { ShelfRules } from "../access/rules.js";

export const emailsRules: ShelfRules = {
  Query: {
    message: "campaign:read",
    messages: "campaign:read",
    uncertainMessages: "campaign:read",
    mailEvidence: "campaign:read",
    previewTemplate: "campaign:read",
  },
  Mutation: {
    resolveMessage: resolveMessage.permission,
    resolveMessages: resolveMessages.permission,
  },
};
