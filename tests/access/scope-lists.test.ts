import { afterAll, beforeAll, expect, test } from "vitest";
import { setStage, type Stage } from "./support/stage.js";

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.api.close());

/** Everything that can be listed, counted, followed or searched, in one breath. */
const EVERYTHING = `query ($text: String!) {
  campaigns(first: 8, orderBy: { field: NAME, direction: ASC }) { totalCount edges { cursor node { id name fromEmail
    team { id name } steps { id subject } audience { leadIds lists { id name leadCount } } accounting { audience } inFlight } } }
  found: campaigns(filter: { text: $text }) { totalCount edges { node { id } } }
  leads(first: 8, orderBy: { field: EMAIL, direction: ASC }) { totalCount edges { cursor node { id email firstName
    team { name } lists { id name leadCount mailableCount } } } }
  foundLeads: leads(filter: { text: $text }) { totalCount edges { node { id } } }
  leadLists(first: 8) { totalCount edges { node { id name leadCount mailableCount team { name } } } }
  foundLists: leadLists(filter: { text: $text }) { totalCount }
  suppressions(first: 8) { totalCount edges { node { id email } } }
  imports(first: 8) { totalCount edges { node { id fileName list { name } errors { totalCount edges { node { value } } } } } }
  teams(first: 8) { totalCount edges { node { id name memberCount members { user { id name email teams { name } } } } } }
  foundTeams: teams(filter: { text: $text }) { totalCount }
}`;
const PEOPLE = `query ($text: String!) {
  users(first: 8, orderBy: { field: LAST_SEEN_AT, direction: DESC }) { totalCount edges { node { id email name teams { id name } sessions { id } } } }
  foundUsers: users(filter: { text: $text }) { totalCount edges { node { id } } }
  overview { leads { total mailable addedInRange } outreach { sent skipped failed uncertain perDay { sent }
    running { id name team { name } } } attention { title detail href } }
  previewTemplate(subject: "s", html: "<p>{{ email }}</p>") { html lead { id email } }
  notifications { totalCount }
}`;

test.each([
  ["a manager of another team", () => stage.stranger, () => stage.theirs],
  ["an administrator of another organisation", () => stage.outsider, () => stage.foreign],
])(
  "lists, counts, filters and what hangs on them show %s nothing of the team's",
  async (_who, speaker, own) => {
    const others = [stage.ours, stage.theirs, stage.foreign].filter(({ mark }) => mark !== own().mark);
    for (const document of [EVERYTHING, PEOPLE])
      for (const text of ["aardvark", "lead@aardvark", own().mark]) {
        const { errors, text: answer } = await speaker().ask(document, { text });
        expect(errors).toEqual([]);
        for (const { mark, manager, ...ids } of others) {
          expect(answer.toLowerCase()).not.toContain(mark);
          for (const id of [...Object.values(ids), manager.userId]) expect(answer).not.toContain(id);
        }
        expect(answer).toContain(own().mark);
      }
  },
);

test.each([
  // Theirs and the shared lead, list and person; the directory has whoever is in no team besides.
  [
    "a manager of another team",
    () => stage.stranger,
    { notifications: 1, leads: 3, leadLists: 2, users: 13, mailable: 2 },
  ],
  [
    "an administrator of another organisation",
    () => stage.outsider,
    { notifications: 0, leads: 2, leadLists: 1, users: 4, mailable: 1 },
  ],
])("counts tell %s what is theirs, exactly", async (_who, speaker, { mailable, ...expected }) => {
  const counts = async (text: string) => {
    const { data: all } = await speaker().ask<Counts>(EVERYTHING, { text });
    const { data: rest } = await speaker().ask<Counts>(PEOPLE, { text });
    return Object.fromEntries(
      Object.entries({ ...all, ...rest }).flatMap(([name, part]) =>
        typeof part.totalCount === "number" ? [[name, part.totalCount]] : [],
      ),
    );
  };
  expect(await counts("aardvark")).toEqual({
    campaigns: 2,
    found: 0,
    leads: expected.leads,
    foundLeads: 0,
    leadLists: expected.leadLists,
    foundLists: 0,
    suppressions: 1,
    imports: 1,
    teams: 1,
    foundTeams: 0,
    users: expected.users,
    foundUsers: 0,
    notifications: expected.notifications,
  });
  const { data } = await speaker().ask<{ overview: object }>(PEOPLE, { text: "" });
  expect(data!.overview).toMatchObject({
    leads: { total: expected.leads, mailable, addedInRange: expected.leads },
    outreach: { sent: 1, uncertain: 0, failed: 0 },
  });
});

type Counts = Record<string, { totalCount?: number }>;

test("of what both teams share, each sees its own side", async () => {
  const { data } = await stage.stranger.ask(
    `{ leads(filter: { text: "shared@" }) { edges { node { lists { name leadCount } } } }
        leadLists(filter: { text: "Everybody" }) { edges { node { leadCount mailableCount } } }
        teams { edges { node { name memberCount members { user { email } } } } }
        users(filter: { text: "both@" }) { edges { node { teams { name } } } } }`,
  );
  const only = (connection: unknown) =>
    (connection as { edges: { node: object }[] }).edges.map(({ node }) => node);
  expect(only(data!.leads)).toEqual([
    {
      lists: [
        { name: "Everybody", leadCount: 3 },
        { name: "badger list", leadCount: 2 },
      ],
    },
  ]);
  expect(only(data!.leadLists)).toEqual([{ leadCount: 3, mailableCount: 2 }]);
  expect(only(data!.users)).toEqual([{ teams: [{ name: expect.stringContaining("badger team") }] }]);
  const [team, ...more] = only(data!.teams) as {
    memberCount: number;
    members: { user: { email: string } }[];
  }[];
  expect(more).toEqual([]);
  expect(team!.members.map(({ user }) => user.email)).toContain("both@everybody.example");
  expect(team!.members).toHaveLength(team!.memberCount);
});

test("an address that another team works with can be suppressed, and nothing else is told of it", async () => {
  const { api, ours, stranger } = stage;
  const { data, errors } = await stranger.ask<{ suppress: { suppression: { id: string; email: string } } }>(
    `mutation { suppress(email: "lead@aardvark.example", reason: MANUAL) { ... on SuppressSuccess { suppression { id email reason } } } }`,
  );
  expect(errors).toEqual([]);
  const { id, ...suppression } = data!.suppress.suppression;
  expect(suppression).toEqual({ email: "lead@aardvark.example", reason: "MANUAL" });
  expect(await api.db.sql("select mailability from lead where id = $1", [ours.lead])).toEqual([
    { mailability: "UNSUBSCRIBED" },
  ]);
  const { data: later } = await stranger.ask(
    `{ node(id: "${id}") { id } suppressions { totalCount } lead(id: "${ours.lead}") { id } }`,
  );
  expect(later).toEqual({ node: null, suppressions: { totalCount: 1 }, lead: null });
  // Nor why and since when it was suppressed before: what was asked is answered.
  await api.db.sql(
    "update suppression set reason = 'COMPLAINT', created_at = now() - interval '1 year' where id = $1",
    [id],
  );
  const again = await stranger.ask<{ suppress: { suppression: object } }>(
    `mutation { suppress(email: "lead@aardvark.example", reason: MANUAL) { ... on SuppressSuccess { suppression { id reason createdAt } } } }`,
  );
  const told = again.data!.suppress.suppression as { createdAt: string };
  expect(told).toMatchObject({ id, reason: "MANUAL" });
  expect(Date.now() - Date.parse(told.createdAt)).toBeLessThan(60_000);
});
