import type { Role } from "../../../domain/access/roles.js";
import type { Api, Speaker, WireError } from "../../support/api.js";
import { makeTeam, makeUser, type TestUser } from "../../support/database.js";
import { permissionsOf } from "./domain-table.js";
import { REACHED, refusalOf, type Identity, type Verdict } from "./judge.js";

export const CALLERS = ["ANONYMOUS", "ADMIN", "MANAGER", "USER", "STRANGER", "SUSPENDED"] as const;
export type CallerName = (typeof CALLERS)[number];

/** Somebody on the wire. */
export interface WireCaller extends Identity {
  readonly name: CallerName;
  /** Null: nobody is signed in, or whoever was is not any more. */
  readonly user: TestUser | null;
  readonly speaker: Speaker;
}

/** The columns of the matrix. A stranger is a manager whose only team is another one; whom somebody suspended is nobody. */
export async function callersOf(api: Api): Promise<Readonly<Record<CallerName, WireCaller>>> {
  const [ours, theirs] = [
    await makeTeam(api.db.database, api.tenantId, "Ours"),
    await makeTeam(api.db.database, api.tenantId, "Theirs"),
  ];
  const signedIn = async (name: CallerName, role: Role, teamIds: readonly string[]): Promise<WireCaller> => {
    const user = await makeUser(api.db.database, {
      tenantId: api.tenantId,
      role,
      teamIds,
      email: `${name.toLowerCase()}@people.example`,
    });
    const speaker = api.withHeader(`Bearer ${await api.tokenOf(user)}`);
    return { name, isSignedIn: true, permissions: permissionsOf(role), user, speaker };
  };
  const suspended = await signedIn("SUSPENDED", "ADMIN", []);
  await api.db.sql("update app_user set status = 'SUSPENDED' where id = $1", [suspended.user!.userId]);
  const nobody = { isSignedIn: false, permissions: new Set<never>(), user: null };
  return {
    ANONYMOUS: { ...nobody, name: "ANONYMOUS", speaker: api.withHeader(undefined) },
    ADMIN: await signedIn("ADMIN", "ADMIN", []),
    MANAGER: await signedIn("MANAGER", "MANAGER", [ours]),
    USER: await signedIn("USER", "USER", [ours]),
    STRANGER: await signedIn("STRANGER", "MANAGER", [theirs]),
    SUSPENDED: { ...suspended, ...nobody },
  };
}

/** What the arguments of a document made up for a field may meet beyond its rule. */
const MEETS = new Set(["NOT_FOUND", "BAD_USER_INPUT"]);

/** The wire's answer as the judge takes it. */
export function verdictOf(errors: readonly WireError[]): Verdict {
  const [first, ...more] = errors;
  if (!first) return REACHED;
  const { code, explain } = first.extensions;
  if (more.length > 0) return { answer: "FAILED" };
  return refusalOf(code, explain) ?? (MEETS.has(code) ? REACHED : { answer: "FAILED" });
}
