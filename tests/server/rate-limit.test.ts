import { buildSchema, getOperationAST, parse } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { priceOf } from "../../server/graphql/points.js";
import { startApi, type Api } from "../support/api.js";
import { TestSocket } from "../support/socket.js";

let api: Api;
beforeAll(async () => {
  api = await startApi({ environment: { RATE_LIMIT_PER_MINUTE: "100" } });
});
afterAll(() => api.close());

const ask = async (authorization: string | undefined, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization && { authorization }), ...headers },
    body: JSON.stringify({ query: "{ __typename }" }),
  });

test("the 101st request in a minute is refused with the time to wait; others are served", async () => {
  const { authorization } = await api.as("USER");
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(authorization)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const remaining = answers.map(({ headers }) => Number(headers.get("x-ratelimit-remaining")));
  expect(remaining.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at));
  const refused = await ask(authorization);
  expect(refused.status).toBe(429);
  const wait = Number(refused.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  expect(await refused.json()).toEqual({
    errors: [
      {
        message: `Too many attempts. Try again in ${wait} seconds.`,
        extensions: {
          code: "RATE_LIMITED",
          retryAfterSeconds: wait,
          resetAt: expect.stringMatching(/^20\d\d-/),
        },
      },
    ],
  });
  expect((await ask((await api.as("ADMIN")).authorization)).status).toBe(200);
  expect((await fetch(`${api.url}/api/health`)).status).toBe(200);
});

test("a socket of the same person has no budget of its own", async () => {
  const { authorization } = await api.as("USER");
  const socket = await TestSocket.connect(api.url, authorization);
  const id = socket.subscribe("subscription { notifications { cursor } }");
  expect(await socket.refusal(id)).toEqual([
    expect.objectContaining({ extensions: expect.objectContaining({ code: "RATE_LIMITED" }) }),
  ]);
  await socket.close();
});

test("A13 strangers share the budget of their network, whatever their headers say", async () => {
  const statuses = await Promise.all(
    Array.from(
      { length: 120 },
      async (_, at) => (await ask(undefined, { "x-forwarded-for": `203.0.113.${at}` })).status,
    ),
  );
  const count = (status: number) => statuses.filter((each) => each === status).length;
  expect([count(200), count(429)]).toEqual([100, 20]);
  const upload = await fetch(`${api.url}/api/imports`, { method: "POST" });
  expect([upload.status, ((await upload.json()) as { code: string }).code]).toEqual([429, "RATE_LIMITED"]);
});

test("rateLimit tells what is left and what the document costs", async () => {
  const admin = await api.as("ADMIN");
  const { data } = await admin.ask<{ rateLimit: Record<string, number> }>(
    "{ rateLimit { limit used remaining cost nodeCount resetAt } campaigns(first: 50) { edges { node { id } } } }",
  );
  expect(data!.rateLimit).toMatchObject({ limit: 100, cost: 1, nodeCount: 50 });
  expect(data!.rateLimit.used! + data!.rateLimit.remaining!).toBe(100);
});

const shop = buildSchema(`
  type Query { viewer: User }
  type User { repositories(first: Int): RepositoryConnection followers(first: Int): UserConnection login: String }
  type UserConnection { edges: [UserEdge] } type UserEdge { node: User }
  type RepositoryConnection { edges: [RepositoryEdge] } type RepositoryEdge { node: Repository }
  type Repository { name: String pullRequests(first: Int): PullConnection issues(first: Int): IssueConnection }
  type PullConnection { edges: [PullEdge] } type PullEdge { node: Pull } type Pull { title: String comments(first: Int): CommentConnection }
  type IssueConnection { edges: [IssueEdge] } type IssueEdge { node: Issue } type Issue { title: String comments(first: Int): CommentConnection labels(first: Int): CommentConnection }
  type CommentConnection { edges: [CommentEdge] } type CommentEdge { node: Comment } type Comment { bodyHTML: String }
`);
const price = (text: string, variables = {}) => {
  const document = parse(text);
  return priceOf(shop, document, getOperationAST(document)!, variables);
};

test("AP-04 the worked examples of GitHub's documentation have GitHub's prices", () => {
  const nodes = `query ($n: Int) { viewer {
    repositories(first: 50) { edges { repository: node { name
      pullRequests(first: $n) { edges { pullRequest: node { title comments(first: 10) { edges { comment: node { bodyHTML } } } } } }
      ...more } } }
    followers(first: 10) { edges { follower: node { login } } } } }
    fragment more on Repository { issues(first: 20) { edges { issue: node { title comments(first: 10) { edges { comment: node { bodyHTML } } } } } } }`;
  expect(price(nodes, { n: 20 }).nodeCount).toBe(22_060);
  const points = `{ viewer { login repositories(first: 100) { edges { node { name
    issues(first: 50) { edges { node { title labels(first: 60) { edges { node { bodyHTML } } } } } } } } } } }`;
  expect(price(points).points).toBe(51);
});
