import { afterAll, beforeAll, expect, test } from "vitest";
import { checksum, type Speaker } from "../support/api.js";
import { ADDRESS, hideLead, SHOWN, TELLS, type HiddenLead } from "./support/hidden-lead.js";

let hidden: HiddenLead;
let user: Speaker;
beforeAll(async () => {
  hidden = await hideLead();
  await hidden.mask(true);
  user = await hidden.api.as("USER");
});
afterAll(() => hidden.api.close());

const found = async (speaker: Speaker, text: string) => {
  const { data } = await speaker.ask<{ leads: { totalCount: number; edges: object[] } }>(
    `query ($text: String!) { leads(filter: { text: $text }) { totalCount edges { node { id } } } }`,
    { text },
  );
  return [data!.leads.totalCount, data!.leads.edges.length];
};

test("a search finds by what is shown, never by what is hidden", async () => {
  const manager = await hidden.api.as("MANAGER");
  for (const text of ["jane", "ane.d", "doe", "doe@", ADDRESS, ADDRESS.toUpperCase()]) {
    expect([text, ...(await found(user, text))]).toEqual([text, 0, 0]);
    expect([text, ...(await found(manager, text))]).toEqual([text, 1, 1]);
  }
  for (const text of ["Ana", "hidden.example", SHOWN, `via ${SHOWN}`])
    expect([text, ...(await found(user, text))]).toEqual([text, 1, 1]);
});

test.each([
  ["orders leads by address", "{ leads(orderBy: { field: EMAIL }) { totalCount } }"],
  [
    "searches messages by address",
    `{ messages(campaignId: "$campaign", filter: { text: "doe" }) { totalCount } }`,
  ],
])("nobody who %s is answered with more than a sentence", async (_what, document) => {
  const { data, errors } = await user.ask(document.replace("$campaign", hidden.campaignId));
  expect(data).toBeNull();
  expect(errors).toEqual([
    expect.objectContaining({
      message: expect.stringContaining("Addresses are masked for you"),
      extensions: { code: "BAD_USER_INPUT", issues: [expect.objectContaining({ rule: "masked" })] },
    }),
  ]);
});

test("cursors carry nothing of it", async () => {
  const { data } = await user.ask<Record<string, { edges: { cursor: string }[] }>>(
    `{ leads { edges { cursor } } suppressions { edges { cursor } } messages(campaignId: "${hidden.campaignId}") { edges { cursor } } }`,
  );
  const cursors = Object.values(data!).flatMap(({ edges }) => edges.map(({ cursor }) => cursor));
  expect(cursors).toHaveLength(3);
  for (const cursor of cursors) expect(Buffer.from(cursor, "base64url").toString("utf8")).not.toMatch(TELLS);
});

test("whoever looks through the eyes of such a person sees what they see", async () => {
  const { authorization } = await hidden.api.as("ADMIN");
  const response = await hidden.api.withHeader(authorization).fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", "x-view-as": hidden.api.people.USER.userId },
    body: JSON.stringify({ query: `{ lead(id: "${hidden.ids.lead}") { email } }` }),
  });
  expect(await response.json()).toEqual({ data: { lead: { email: SHOWN } } });
});

test("a refused change tells nothing of the lead that is there", async () => {
  const before = await checksum(hidden.api.db, ["event", "pending_event"]);
  const { data, errors } = await user.ask(
    `mutation { createLead(input: { email: "${ADDRESS}" }) { __typename } }`,
  );
  expect(data).toBeNull();
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
  expect(JSON.stringify(errors)).not.toMatch(TELLS);
  expect(await checksum(hidden.api.db, ["event", "pending_event"])).toBe(before);
});

test("a search does not find by a quoted part before the @, which may hold blanks (RFC 5321)", async () => {
  const admin = await hidden.api.as("ADMIN");
  const { errors } = await admin.ask(
    `mutation { createLead(input: { email: "quoted@other.example", company: "via \\"walter quine\\"@other.example" }) { __typename } }`,
  );
  expect(errors).toEqual([]);
  for (const text of ["walter", "quine", "ter q"]) {
    expect([text, ...(await found(user, text))]).toEqual([text, 0, 0]);
    expect([text, ...(await found(admin, text))]).toEqual([text, 1, 1]);
  }
});
