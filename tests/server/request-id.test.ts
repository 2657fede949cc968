import "reflect-metadata";
import { Query, Resolver, Root, Subscription } from "type-graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildSchema } from "../../schema/build-schema.js";
import { SHELVES } from "../../schema/shelves.js";
import { startApi, type Api, type Caller } from "../support/api.js";
import { TestSocket } from "../support/socket.js";
import { postOf, PUBLIC_URL } from "../support/transactional-mail.js";

@Resolver()
class Failing {
  @Query(() => String, { nullable: true })
  breaks(): string {
    throw new Error("out of order");
  }

  @Subscription(() => String, { nullable: true, subscribe: () => once() })
  breaksLater(@Root() _event: string): string {
    throw new Error("out of order");
  }
}

async function* once() {
  yield "event";
}

let api: Api;
beforeAll(async () => {
  const rules = { Query: { breaks: "public" }, Subscription: { breaksLater: "signedIn" } } as const;
  api = await startApi({
    built: buildSchema([...SHELVES, { resolvers: [Failing], rules }]),
    environment: { PUBLIC_URL },
  });
});
afterAll(() => api.close());

let last = 0;
const newId = () => `trace-${Date.now()}-${(last += 1)}`;
const INVITE = `mutation ($input: InviteUserInput!) { inviteUser(input: $input) { __typename } }`;

const post = async (caller: Caller, id: string, query: string, variables: object = {}) =>
  (await api.as(caller)).fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", "x-request-id": id },
    body: JSON.stringify({ query, variables }),
  });
const events = (id: string) =>
  api.db.sql<{ action: string }>("select action from event where context->>'requestId' = $1 order by id", [
    id,
  ]);
const jobs = (id: string) =>
  api.db.sql<{ type: string }>("select type from job where request_id = $1 order by id", [id]);
const logged = (id: string) =>
  api.logLines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ requestId }) => requestId === id);

test("SE-04 one id finds the answer, the log line, the audit entry, the job and the mail", async () => {
  const id = newId();
  const email = "traced@example.org";
  const response = await post("ADMIN", id, INVITE, { input: { email, role: "USER" } });
  expect(await response.json()).toEqual({ data: { inviteUser: { __typename: "InviteUserSuccess" } } });
  expect(response.headers.get("x-request-id")).toBe(id);
  expect(logged(id)).toMatchObject([{ msg: "request", method: "POST", path: "/graphql", status: 200 }]);
  expect(await events(id)).toEqual([{ action: "user.invited" }]);
  expect(await jobs(id)).toEqual([{ type: "emails.sendTransactional" }]);
  const office = postOf(api);
  await office.deliver();
  const [mail] = await office.mailsTo(email);
  expect(mail!.headers.get("x-request-id")).toBe(id);
});

test("a launch hands its id to the planner's job and to the version whose mails will carry it", async () => {
  const admin = await api.as("ADMIN");
  const made = await admin.ask<{
    createCampaign: { campaign: { id: string } };
    createLead: { lead: { id: string } };
  }>(
    `mutation ($lead: CreateLeadInput!) { createLead(input: $lead) { ... on CreateLeadSuccess { lead { id } } } }`,
    { lead: { email: "reader@example.org" } },
  );
  const input = {
    name: "Traced",
    fromName: "Postwatch",
    fromEmail: "post@example.org",
    postalAddress: "1 Main Street",
    steps: [{ delayMinutes: 0, subject: "Hello", html: "<p>Hello</p>" }],
    audience: { leadIds: [made.data!.createLead.lead.id] },
  };
  const created = await admin.ask<{ createCampaign: { campaign: { id: string } } }>(
    `mutation ($input: CreateCampaignInput!) {
      createCampaign(input: $input) { ... on CreateCampaignSuccess { campaign { id } } } }`,
    { input },
  );
  const campaign = created.data!.createCampaign.campaign.id;
  const id = newId();
  const launch = await post(
    "ADMIN",
    id,
    `mutation ($id: ID!) { launchCampaign(id: $id) { __typename ... on Error { message } } }`,
    { id: campaign },
  );
  expect(await launch.json()).toEqual({ data: { launchCampaign: { __typename: "LaunchCampaignSuccess" } } });
  expect(await events(id)).toEqual([{ action: "campaign.launched" }]);
  expect(await jobs(id)).toEqual([{ type: "campaigns.plan" }]);
  const versions = await api.db.sql("select from campaign_version where request_id = $1", [id]);
  expect(versions).toHaveLength(1);
});

test("an upload hands its id to the job that reads the file", async () => {
  const id = newId();
  const form = new FormData();
  form.set("file", new Blob(["email\nup@example.org\n"], { type: "text/csv" }), "leads.csv");
  const uploaded = await (
    await api.as("MANAGER")
  ).fetch("/api/imports?listName=Traced", { method: "POST", headers: { "x-request-id": id }, body: form });
  expect([uploaded.status, uploaded.headers.get("x-request-id")]).toEqual([200, id]);
  expect(await jobs(id)).toEqual([{ type: "campaigns.importLeads" }]);
});

describe("an id that is not well formed", () => {
  test.each([
    "short",
    "x".repeat(65),
    "has blank in it",
    "<script>alert(1)</script>",
    "a'; drop table event; --",
    "trace-0123456789\tforged",
    "trace-0123456789, trace-0123456789",
    "äöüäöüäöü",
    "",
  ])("«%s» is replaced, and stands nowhere", async (bad) => {
    const wire = Buffer.from(bad, "utf8").toString("latin1");
    const response = await post("USER", wire, "{ health { status } }");
    const id = response.headers.get("x-request-id")!;
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await events(id)).toEqual([{ action: "auth.permission.denied" }]);
    expect(logged(id)).toMatchObject([{ msg: "request", requestId: id }]);
    if (bad !== "") expect(api.logLines.filter((line) => line.includes(bad))).toEqual([]);
    expect(await events(bad)).toEqual([]);
  });
});

describe("refusals and errors carry it too", () => {
  test.each([
    ["GET", "/nowhere", 404],
    ["GET", "/api/nothing", 404],
    ["POST", "/api/imports", 401],
    ["GET", "/api/health/detailed", 401],
    ["PUT", "/graphql", 404],
    ["GET", "/%zz", 400],
  ])("%s %s is %i", async (method, path, status) => {
    const id = newId();
    const response = await fetch(`${api.url}${path}`, { method, headers: { "x-request-id": id } });
    expect([response.status, response.headers.get("x-request-id")]).toEqual([status, id]);
    const body = (await response.json()) as { requestId?: string };
    if (path !== "/graphql") expect(body.requestId).toBe(id);
  });

  test("what nobody expected is logged under the id of the request and the id that the caller was given", async () => {
    const id = newId();
    const response = await post("USER", id, "{ breaks }");
    const { errors } = (await response.json()) as { errors: { extensions: { id: string } }[] };
    expect(response.headers.get("x-request-id")).toBe(id);
    expect(logged(id)).toMatchObject([
      { level: 50, errorId: errors[0]!.extensions.id, path: ["breaks"], err: { message: "out of order" } },
      { level: 20, msg: "request" },
    ]);
  });
});

describe("a websocket has the id of the request that opened it", () => {
  async function open(id: string): Promise<TestSocket> {
    const socket = await TestSocket.open(api.url, { headers: { "x-request-id": id } });
    socket.send({
      type: "connection_init",
      payload: { authorization: (await api.as("USER")).authorization },
    });
    await socket.until(({ type }) => type === "connection_ack");
    return socket;
  }

  test("in the audit entry of a refusal", async () => {
    const id = newId();
    const socket = await open(id);
    await socket.refusal(socket.subscribe("subscription { healthUpdated { cursor } }"));
    expect(await events(id)).toEqual([{ action: "auth.permission.denied" }]);
    await socket.close();
  });

  test("in the log line of an event that failed", async () => {
    const id = newId();
    const socket = await open(id);
    const operation = socket.subscribe("subscription { breaksLater }");
    const message = await socket.until((seen) => seen.id === operation && seen.type === "next");
    const { errors } = message.payload as { errors: { extensions: { id: string } }[] };
    expect(logged(id)).toMatchObject([{ level: 50, errorId: errors[0]!.extensions.id }]);
    await socket.close();
  });
});
