import type { ShelfRules } from "../access/rules.js";

export const analyticsRules: ShelfRules = {
  // Each part is read under its own permission.
  Query: { overview: "signedIn" },
};
