import { can, type Actor, type Requirement } from "#domain/access/actor.js";
import { ROLES } from "#domain/access/roles.js";
import { ROOTS, type AccessTable } from "./rules.js";

const asRole = (role: (typeof ROLES)[number]): Actor => ({
  kind: "USER",
  userId: "",
  email: "",
  role,
  sessionId: "",
  tenantId: "",
  teamIds: [],
  masksAddresses: false,
  viewedBy: null,
});

function cells(requirement: Requirement): string[] {
  const anybody = requirement === "public";
  const roles = ROLES.map((role) => {
    if (anybody || requirement === "signedIn") return true;
    return requirement !== "internal" && can(asRole(role), requirement);
  });
  return [anybody, ...roles].map((allowed) => (allowed ? "yes" : "–"));
}

/**
 * The table that people review: every root field, what it asks for, and who has that. The matrix test reads it back and
 * tries each cell on a running server.
 */
export function accessDocument(access: AccessTable): string {
  const sections = ROOTS.map((root) => {
    const rows = [...access]
      .filter(([name]) => name.startsWith(`${root}.`))
      .map(([name, requirement]) => [name.slice(root.length + 1), requirement] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, requirement]) => `| ${[field, requirement, ...cells(requirement)].join(" | ")} |`);
    const head = `| ${["field", "needs", "anonymous", ...ROLES].join(" | ")} |\n|${" --- |".repeat(3 + ROLES.length)}`;
    return `## ${root}\n\n${head}\n${rows.join("\n")}\n`;
  });
  return `# Who may use which root field

Generated from the rules of the shelves (\`npm run generate\`); a field without a rule does not build. "public" needs no
sign-in, "signedIn" any session, everything else the permission of that name. A yes says that the role may ask; of whose
things it is told is decided by the organisation it belongs to.

${sections.join("\n")}`;
}
