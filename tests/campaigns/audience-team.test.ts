import { afterAll, beforeAll, expect, test } from "vitest";
import { createCampaign } from "../../domain/campaigns/index.js";
import { createLead } from "../../domain/leads/index.js";
import { freshDatabase, makeTeam, type TestDatabase } from "../support/database.js";
import { organisation, type Organisation } from "../support/organisation.js";

let db: TestDatabase;
let org: Organisation;
beforeAll(async () => {
  db = await freshDatabase();
  org = await organisation(db);
});
afterAll(() => db.close());

test("a campaign takes leads of its own team and of everybody, and names one of another team", async () => {
  const admin = org.as("ADMIN");
  const [north, south] = [
    await makeTeam(db.database, org.tenantId),
    await makeTeam(db.database, org.tenantId),
  ];
  const lead = async (email: string, teamId?: string) =>
    (await admin.run(createLead, { email, teamId })).leadId;
  const ours = await lead("ours@example.com", north);
  const theirs = await lead("theirs@example.com", south);
  const everybodys = await lead("all@example.com");
  const draft = (leadIds: string[]) => ({
    name: "Spring",
    fromName: "Ada",
    fromEmail: "ada@example.com",
    steps: [{ delayMinutes: 0, subject: "Hello", html: "<p>Hi</p>" }],
    audience: { leadIds },
    teamId: north,
  });
  await expect(admin.run(createCampaign, draft([ours, everybodys, theirs]))).rejects.toMatchObject({
    code: "BAD_USER_INPUT",
    issues: [{ path: ["audience", "leadIds", "2"], rule: "team", value: theirs }],
  });
  expect(await db.sql("select id from campaign")).toEqual([]);
  const { campaignId } = await admin.run(createCampaign, draft([ours, everybodys]));
  expect(await db.sql("select id, team_id from campaign")).toEqual([{ id: campaignId, team_id: north }]);
});
