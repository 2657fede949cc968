import type { Pool } from "pg";
import { newId } from "#domain/ids.js";
import type { Tokens } from "#server/auth/tokens.js";

/** Signs in so many administrators of a new organisation. @returns their authorization headers */
export async function tokensOfPeople(pool: Pool, tokens: Tokens, count: number): Promise<string[]> {
  const tenantId = newId();
  await pool.query("insert into tenant (id, name, slug) values ($1, 'Bench', $2)", [
    tenantId,
    `bench-${tenantId}`,
  ]);
  const made: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const [userId, sessionId] = [newId(), newId()];
    await pool.query(
      `insert into app_user (id, email, email_canonical, name, status) values ($1, $2, $2, 'Watcher', 'ACTIVE')`,
      [userId, `${userId}@example.org`],
    );
    await pool.query("insert into membership (id, tenant_id, user_id, role) values ($1, $2, $3, 'ADMIN')", [
      newId(),
      tenantId,
      userId,
    ]);
    await pool.query(
      "insert into session (id, tenant_id, user_id, expires_at) values ($1, $2, $3, now() + interval '1 day')",
      [sessionId, tenantId, userId],
    );
    const { accessToken } = await tokens.issue({ userId, sessionId, tenantId });
    made.push(`Bearer ${accessToken}`);
  }
  return made;
}
