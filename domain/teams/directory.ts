/**
 * SQL: the person of `membership m` and `app_user u` is in the caller's directory: the caller, those who share a team
 * with them, and those who are in no team. Whoever is not does not exist for them.
 * @param teams parameter with the caller's team ids, null for all. @param self parameter with the caller's id
 */
export const inDirectory = (teams: string, self: string): string =>
  `u.status <> 'ERASED' and (${teams}::uuid[] is null or u.id = ${self}::uuid
  or exists (select from team_member tm where tm.tenant_id = m.tenant_id and tm.user_id = u.id and tm.team_id = any(${teams}::uuid[]))
  or not exists (select from team_member tm join team on team.id = tm.team_id
    where tm.tenant_id = m.tenant_id and tm.user_id = u.id and team.archived_at is null))`;
