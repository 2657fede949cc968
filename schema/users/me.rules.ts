import type { ShelfRules } from "../access/rules.js";

export const meRules: ShelfRules = {
  Query: { me: "signedIn", permissions: "signedIn", roles: "signedIn" },
};
