import type { ShelfRules } from "../access/rules.js";

export const emailsRules: ShelfRules = {
  Query: { message: "campaign:read", messages: "campaign:read", previewTemplate: "campaign:read" },
};
