import type { ShelfRules } from "../access/rules.js";

/** The public list: what works without a session. */
export const sessionRules: ShelfRules = {
  Mutation: { signIn: "public", acceptInvitation: "public", refreshSession: "public", signOut: "public" },
};
