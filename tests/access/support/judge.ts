import type { Permission } from "../../../domain/access/permissions.js";
import { enumNameOf, NEEDS, rolesHaving, type Need } from "./domain-table.js";

/** Somebody who asks, as far as the domain model's table looks at them. */
export interface Identity {
  readonly name: string;
  readonly isSignedIn: boolean;
  readonly permissions: ReadonlySet<Permission>;
  /** Looks through another's eyes: reads only. */
  readonly isViewing?: boolean;
}

/** How a root field answered: the refusal, or "reached" for whatever else. */
export interface Verdict {
  readonly answer: "reached" | "UNAUTHENTICATED" | "FORBIDDEN" | "FAILED";
  /** What a FORBIDDEN explains. */
  readonly permission?: string;
  readonly roles?: readonly string[];
  readonly scope?: string;
}

export const REACHED: Verdict = { answer: "reached" };

/** What the domain model says. A field that its table does not know fails for everybody. */
export function expectedOf(field: string, identity: Identity): Verdict {
  const need = NEEDS.get(field);
  if (need === undefined) return { answer: "FAILED" };
  if (identity.isViewing && field.startsWith("Mutation.")) return forbidden(need, "VIEW_AS");
  if (need === "public") return REACHED;
  if (!identity.isSignedIn) return { answer: "UNAUTHENTICATED" };
  if (need === "signedIn" || identity.permissions.has(need)) return REACHED;
  return forbidden(need, "ROLE");
}

function forbidden(need: Need, scope: string): Verdict {
  if (need === "public" || need === "signedIn")
    return { answer: "FORBIDDEN", permission: need, roles: [], scope };
  return { answer: "FORBIDDEN", permission: enumNameOf(need), roles: rolesHaving(need), scope };
}

/** The verdict of a refusal, as it is thrown in process or read from the wire; null for any other failure. */
export function refusalOf(code: unknown, explain: unknown): Verdict | null {
  if (code === "UNAUTHENTICATED") return { answer: code };
  if (code !== "FORBIDDEN") return null;
  const { permission, roles, scope } = explain as {
    permission: string;
    roles: string[];
    scope: string;
  };
  // Narrower than the role: the field was reached, and judged these arguments.
  if (scope === "TEAM" || scope === "OWN") return REACHED;
  return { answer: code, permission, roles, scope };
}

/** The judge: null when the field answers as the domain model says, otherwise a sentence. */
export function faultOf(field: string, identity: Identity, given: Verdict): string | null {
  const [wanted, got] = [expectedOf(field, identity), given].map(text);
  return wanted === got ? null : `${field} answers ${identity.name} with ${got}; it should be ${wanted}`;
}

const text = ({ answer, permission, roles, scope }: Verdict): string =>
  answer === "FORBIDDEN" ? `${answer} ${permission} [${roles?.join(", ")}] ${scope}` : answer;
