import type { Me, Permission } from "../app/me";
import type { TeamRow } from "./teams.gql";

/** What somebody may do in one team; each is a reason why not, or undefined when they may. */
export interface Reach {
  rename: string | undefined;
  archive: string | undefined;
  /** Adding and removing at all; `person` says it for one of them. */
  members: string | undefined;
  person: (person: { role: string }) => string | undefined;
  lead: (person: { role: string }) => string | undefined;
}

const archived = "The team is archived. It stays as it was.";
const onlyUsers = "Managers move people with the role User only. An administrator can do it.";
const onlyLeads = "Only leads of this team who manage teams, and administrators, do this.";

/** The API decides; this spares people the refusal and tells them why. */
export function reachOf(
  me: Pick<Me, "role">,
  can: (permission: Permission) => boolean,
  team: TeamRow,
): Reach {
  const closed = team.isArchived ? archived : undefined;
  const manage = closed ?? (team.mayManage ? undefined : onlyLeads);
  const members =
    closed ??
    (can("TEAM_MEMBERS_MANAGE") ? undefined : "Managers and administrators add and remove members.");
  const person = (one: { role: string }) =>
    members ?? (me.role === "ADMIN" || one.role === "USER" ? undefined : onlyUsers);
  return {
    rename: manage,
    archive: manage,
    members,
    person,
    lead: (one) => person(one) ?? (team.mayManage ? undefined : onlyLeads),
  };
}
