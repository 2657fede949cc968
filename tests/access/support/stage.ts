import { randomUUID } from "node:crypto";
import { newId } from "../../../domain/ids.js";
import { createLead } from "../../../domain/leads/index.js";
import { startApi, type Api, type Speaker } from "../../support/api.js";
import { makeTenant, makeUser } from "../../support/database.js";
import { makeBelongings, type Belongings } from "./world.js";

/** Two teams of one organisation and another organisation, each with one thing of every kind. */
export interface Stage {
  readonly api: Api;
  readonly ours: Belongings;
  readonly theirs: Belongings;
  readonly foreign: Belongings;
  /** A manager who leads another team of the same organisation, and an administrator of another organisation. */
  readonly stranger: Speaker;
  readonly outsider: Speaker;
  /** As many more: who is refused very often is told to wait, which is not what is tried here. */
  readonly strangers: readonly Speaker[];
}

export async function setStage(): Promise<Stage> {
  const api = await startApi();
  const { db, tenantId, people } = api;
  const ours = await makeBelongings(db, tenantId, "aardvark", people.ADMIN);
  const theirs = await makeBelongings(db, tenantId, "badger", people.ADMIN);
  const elsewhere = await makeTenant(db.database);
  const otherAdmin = await makeUser(db.database, { tenantId: elsewhere });
  const foreign = await makeBelongings(db, elsewhere, "civet", otherAdmin);
  const speaking = async (user: Belongings["manager"]) => api.withHeader(`Bearer ${await api.tokenOf(user)}`);
  const leads = Array.from({ length: 6 }, () =>
    makeUser(db.database, {
      tenantId,
      role: "MANAGER",
      teamIds: [theirs.team],
      email: `${randomUUID()}@badger.example`,
    }),
  );
  const strangers = await Promise.all((await Promise.all(leads)).map(speaking));
  await db.sql("update team_member set is_lead = true where team_id = $1 and user_id <> all($2::uuid[])", [
    theirs.team,
    [theirs.user, theirs.invited],
  ]);
  await shareBetween(api, ours, theirs);
  const [stranger, outsider] = [await speaking(theirs.manager), await speaking(otherAdmin)];
  return { api, ours, theirs, foreign, stranger, outsider, strangers };
}

/** What both teams have to do with: the organisation's own lead and list, and somebody who is in both. */
async function shareBetween(
  { db, tenantId, people }: Api,
  ours: Belongings,
  theirs: Belongings,
): Promise<void> {
  const list = newId();
  await db.sql("insert into lead_list (id, tenant_id, name) values ($1, $2, 'Everybody')", [list, tenantId]);
  await db.sql(
    "insert into lead_list_member (tenant_id, list_id, lead_id) select tenant_id, $1, id from lead where tenant_id = $2",
    [list, tenantId],
  );
  const listIds = [list, ours.list, theirs.list];
  await people.ADMIN.op.run(createLead, { email: "shared@everybody.example", listIds });
  await makeUser(db.database, {
    tenantId,
    role: "USER",
    teamIds: [ours.team, theirs.team],
    email: "both@everybody.example",
  });
}
