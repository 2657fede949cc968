import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOf, startApi, type Api, type Speaker } from "../support/api.js";
import { Browser } from "../support/browser.js";
import { makeUser } from "../support/database.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";

const LIMIT = 5;
let api: Api;
beforeAll(async () => {
  api = await startApi({
    // So that one machine can be many networks.
    environment: { RATE_LIMIT_PER_MINUTE: String(LIMIT), TRUST_PROXY: "127.0.0.1" },
  });
});
afterAll(() => api.close());

const PAUSE = "mutation ($id: ID!) { pauseCampaign(id: $id) { __typename } }";
const CANCEL = "mutation ($id: ID!) { cancelCampaign(id: $id) { __typename } }";
const SIGN_OUT = "mutation { signOut { __typename } }";
const REFRESH = "mutation { refreshSession { __typename } }";
const PING = "{ __typename }";

async function aCampaign(): Promise<string> {
  const id = randomUUID();
  await api.db.sql(
    "insert into campaign (id, tenant_id, name, status, from_name, from_email, audience) values ($1, $2, 'Runs', 'RUNNING', 'Ada', 'ada@example.com', '{}')",
    [id, api.tenantId],
  );
  return id;
}
const statusOf = async (id: string) =>
  (await api.db.sql<{ status: string }>("select status from campaign where id = $1", [id]))[0]!.status;
const isRevoked = async (sessionId: string) =>
  (
    await api.db.sql<{ is: boolean }>("select revoked_at is not null as is from session where id = $1", [
      sessionId,
    ])
  )[0]!.is;

async function spendAll(speaker: Pick<Speaker, "ask">): Promise<void> {
  const answers = await Promise.all(Array.from({ length: LIMIT + 1 }, () => speaker.ask(PING)));
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
}
async function somebodySpent() {
  const user = await makeUser(api.db.database, { tenantId: api.tenantId });
  const speaker = api.withHeader(`Bearer ${await api.tokenOf(user)}`);
  await spendAll(speaker);
  return { user, speaker };
}

describe("with the minute spent", () => {
  test("a person still pauses and cancels a campaign, and signs out; nothing else is done", async () => {
    const { user, speaker } = await somebodySpent();
    const [paused, cancelled, kept] = [await aCampaign(), await aCampaign(), await aCampaign()];
    expect((await speaker.ask(PAUSE, { id: paused })).data).toEqual({
      pauseCampaign: { __typename: "PauseCampaignSuccess" },
    });
    expect(await statusOf(paused)).toBe("PAUSED");
    expect((await speaker.ask(CANCEL, { id: cancelled })).data).toEqual({
      cancelCampaign: { __typename: "CancelCampaignSuccess" },
    });
    expect(await statusOf(cancelled)).toBe("CANCELLED");
    const resume = "mutation ($id: ID!) { resumeCampaign(id: $id) { __typename } }";
    const refused = await speaker.ask(resume, { id: paused });
    expect([refused.status, refused.errors[0]!.extensions.code]).toEqual([429, "RATE_LIMITED"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await statusOf(paused)).toBe("PAUSED");
    expect(await statusOf(kept)).toBe("RUNNING");
    expect((await speaker.ask(SIGN_OUT)).status).toBe(200);
    expect(await isRevoked(user.sessionId)).toBe(true);
  });

  test.each([
    [
      "something else beside it",
      `mutation ($id: ID!) { pauseCampaign(id: $id) { __typename } resumeCampaign(id: $id) { __typename } }`,
    ],
    [
      "another operation that is the one to run",
      `mutation a($id: ID!) { pauseCampaign(id: $id) { __typename } } mutation b($id: ID!) { deleteCampaign(id: $id) { __typename } }`,
    ],
    [
      "an alias of that name",
      `mutation ($id: ID!) { pauseCampaign: deleteCampaign(id: $id) { __typename } }`,
    ],
    [
      "a fragment at the root",
      `mutation ($id: ID!) { ...a } fragment a on Mutation { pauseCampaign(id: $id) { __typename } deleteCampaign(id: $id) { __typename } }`,
    ],
    ["a query that speaks of it", `query ($id: ID!) { campaign(id: $id) { pauseCampaign: name } }`],
    ["no GraphQL", "mutation { pauseCampaign("],
    ["more than stopping takes", `${PAUSE} #${"x".repeat(9000)}`],
  ])("a document with %s is refused, and nothing changes", async (_what, query) => {
    const { speaker } = await somebodySpent();
    const id = await aCampaign();
    const response = await speaker.fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        query,
        variables: { id },
        operationName: query.includes("mutation b") ? "b" : null,
      }),
    });
    const answer = await answerOf(response);
    expect([answer.status, answer.errors[0]!.extensions.code]).toEqual([429, "RATE_LIMITED"]);
    expect(await statusOf(id)).toBe("RUNNING");
  });

  test("ten times a minute, refused documents not counted; the eleventh is refused", async () => {
    const { speaker } = await somebodySpent();
    await Promise.all(Array.from({ length: 30 }, () => speaker.ask(PING)));
    const campaigns = await Promise.all(Array.from({ length: 11 }, aCampaign));
    const ends: number[] = [];
    for (const id of campaigns) ends.push((await speaker.ask(PAUSE, { id })).status);
    expect(ends).toEqual([...Array<number>(10).fill(200), 429]);
    expect(await statusOf(campaigns[10]!)).toBe("RUNNING");
  });

  test("a stranger has no such reserve", async () => {
    const from = { "content-type": "application/json", "x-forwarded-for": "198.51.100.7" };
    const send = () =>
      fetch(`${api.url}/graphql`, {
        method: "POST",
        headers: from,
        body: JSON.stringify({ query: SIGN_OUT }),
      });
    const answers = await Promise.all(Array.from({ length: LIMIT + 3 }, send));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(3);
  });
});

describe("in a network whose strangers have spent its budget", () => {
  let network = 0;
  /** Somebody who has signed in there, of whom only the cookie is left; then the neighbours come. */
  async function neighbours() {
    network += 1;
    const from = { "x-forwarded-for": `203.0.113.${network}` };
    const user = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
    const browser = new Browser(api);
    const signIn = `mutation { signIn(email: "${user.email}", password: "${GOOD_PASSWORD}") { __typename } }`;
    expect((await browser.ask(signIn, {}, from)).data).toEqual({
      signIn: { __typename: "SignInSuccess" },
    });
    const stranger = { ask: (query: string) => new Browser(api).ask(query, {}, from) };
    await spendAll(stranger as Pick<Speaker, "ask">);
    const [{ id }] = (await api.db.sql<{ id: string }>(
      "select id from session where user_id = $1 and ip = $2",
      [user.userId, from["x-forwarded-for"]],
    )) as [{ id: string }];
    return { browser, from, sessionId: id };
  }
  const end = ({ status, data }: Awaited<ReturnType<Browser["ask"]>>) => [
    status,
    Object.values((data ?? {}) as Record<string, { __typename: string }>)[0]?.__typename,
  ];

  test("a browser with a good cookie gets its new token, and again with the next cookie", async () => {
    const { browser, from } = await neighbours();
    for (let round = 0; round < 3; round += 1)
      expect(end(await browser.ask(REFRESH, {}, from))).toEqual([200, "RefreshSessionSuccess"]);
  });

  test("all cookies of one session spend one budget, and the network's is no way round it", async () => {
    const { browser, from } = await neighbours();
    const ends = [];
    for (let at = 0; at < LIMIT + 2; at += 1) ends.push((await browser.ask(REFRESH, {}, from)).status);
    expect(ends).toEqual([...Array<number>(LIMIT).fill(200), 429, 429]);
  });

  test("signing out by the cookie works, also when the session's own budget is spent", async () => {
    const { browser, from, sessionId } = await neighbours();
    for (let at = 0; at < LIMIT + 2; at += 1) await browser.ask(PING, {}, from);
    expect((await browser.ask(REFRESH, {}, from)).status).toBe(429);
    expect(end(await browser.ask(SIGN_OUT, {}, from))).toEqual([200, "SignOutSuccess"]);
    expect(await isRevoked(sessionId)).toBe(true);
  });

  test.each([
    ["made up", () => `${randomUUID()}`],
    ["made up in our form", (good: string) => good.replace(/=[^.]+/, `=${"x".repeat(43)}`)],
    ["of another session", (good: string) => good.replace(/\.[\da-f-]{36}\./, `.${randomUUID()}.`)],
    ["without its seal", (good: string) => good.split(".", 1)[0]!],
    ["with a shorter seal", (good: string) => good.slice(0, -1)],
  ])("a cookie that is %s buys nothing", async (_what, forge) => {
    const { browser, from, sessionId } = await neighbours();
    const good = browser.cookie!;
    const forged = forge(good);
    browser.cookie = forged.includes("=") ? forged : `${good.split("=")[0]}=${forged}`;
    for (const query of [REFRESH, SIGN_OUT]) expect((await browser.ask(query, {}, from)).status).toBe(429);
    expect(await isRevoked(sessionId)).toBe(false);
  });
});

test("a cookie that was sealed with a former key is still good for its token", async () => {
  const user = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  const browser = new Browser(api);
  const from = { "x-forwarded-for": "192.0.2.77" };
  const signIn = `mutation { signIn(email: "${user.email}", password: "${GOOD_PASSWORD}") { __typename } }`;
  await browser.ask(signIn, {}, from);
  browser.cookie = `${browser.cookie!.slice(0, -43)}${"A".repeat(43)}`;
  const { data } = await browser.ask(REFRESH, {}, from);
  expect(data).toEqual({ refreshSession: { __typename: "RefreshSessionSuccess" } });
});
