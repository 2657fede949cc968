import { randomUUID } from "node:crypto";
import type { Role } from "../../domain/access/roles.js";
import { answerOf, type Answer, type Api } from "./api.js";
import { Browser } from "./browser.js";
import { makeTeam, makeUser } from "./database.js";
import { eventually } from "./eventually.js";
import { uncertainCampaign } from "./uncertain.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "./passwords.js";
import { postOf, type Post } from "./transactional-mail.js";

/** One call of a mutation that succeeds, and the same call with another input. */
export interface MutationCase {
  readonly variables: object;
  /** Null where the input itself is what tells callers apart, so that another one is another caller's. */
  readonly other: object | null;
  /** Headers of whoever calls; the administrator's when left out. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface World {
  readonly api: Api;
  readonly post: Post;
  /** As the administrator; answers the success member. */
  make<T = unknown>(query: string, variables?: object): Promise<T>;
}

const email = () => `new-${randomUUID().slice(0, 8)}@example.org`;
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();
const named = () => `Name ${randomUUID().slice(0, 8)}`;
const draft = () => ({
  name: named(),
  fromName: "Ada",
  fromEmail: "ada@example.com",
  steps: [{ delayMinutes: 0, subject: "Hello", html: "<p>Hi</p>" }],
});
const NOBODY: Readonly<Record<string, string>> = { authorization: "" };
const OTHER_PASSWORD = "twelve grey geese";

async function lead({ make }: World): Promise<string> {
  const query = `mutation ($email: String!) { m: createLead(input: { email: $email }) { ... on CreateLeadSuccess { lead { id } } } }`;
  return (await make<{ lead: { id: string } }>(query, { email: email() })).lead.id;
}
async function campaignInput(world: World): Promise<object> {
  return { ...draft(), audience: { leadIds: [await lead(world)] } };
}
/** A campaign to which these have been done. */
async function campaign(world: World, ...done: string[]): Promise<{ id: string }> {
  const query = `mutation ($input: CreateCampaignInput!) { m: createCampaign(input: $input) { ... on CreateCampaignSuccess { campaign { id } } } }`;
  const made = await world.make<{ campaign: { id: string } }>(query, { input: await campaignInput(world) });
  for (const what of done)
    await world.make(`mutation { m: ${what}(id: "${made.campaign.id}") { __typename } }`);
  return { id: made.campaign.id };
}
/** A lead that a running campaign mails. */
async function place(world: World): Promise<{ campaignId: string; leadId: string }> {
  const { id: campaignId } = await campaign(world, "launchCampaign");
  const [row] = await world.api.db.sql<{ leadId: string }>(
    `insert into enrollment (id, tenant_id, campaign_id, lead_id, state)
     select uuid_v7(), tenant_id, id, (audience->'leadIds'->>0)::uuid, 'WAITING' from campaign where id = $1 returning lead_id as "leadId"`,
    [campaignId],
  );
  return { campaignId, leadId: row!.leadId };
}
const person = async ({ api }: World, role: Role = "USER") =>
  (await makeUser(api.db.database, { tenantId: api.tenantId, role })).userId;
const withPassword = ({ api }: World) => makeUserWithPassword(api.db, { tenantId: api.tenantId });
const team = ({ api }: World) => makeTeam(api.db.database, api.tenantId);
async function invited({ make }: World): Promise<{ id: string; email: string }> {
  const query = `mutation ($email: String!) { m: inviteUser(input: { email: $email, role: USER }) { ... on InviteUserSuccess { user { id email } } } }`;
  return (await make<{ user: { id: string; email: string } }>(query, { email: email() })).user;
}
async function session({ api }: World): Promise<{ id: string }> {
  return { id: (await makeUser(api.db.database, { tenantId: api.tenantId, role: "USER" })).sessionId };
}
async function notification({ api }: World): Promise<string> {
  const [row] = await api.db.sql<{ id: string }>(
    "insert into notification (id, tenant_id, user_id, kind, title, detail) values (uuid_v7(), $1, $2, 'REFUSALS', 'x', '') returning id",
    [api.tenantId, api.people.ADMIN.userId],
  );
  return row!.id;
}
async function cookie(world: World): Promise<{ headers: Record<string, string> }> {
  const browser = new Browser(world.api);
  await browser.signIn((await withPassword(world)).email, GOOD_PASSWORD);
  return { headers: { ...NOBODY, cookie: browser.cookie! } };
}
async function member(world: World, isIn: boolean): Promise<{ teamId: string; userId: string }> {
  const [teamId, userId] = [await team(world), await person(world)];
  if (isIn)
    await world.make(
      `mutation { m: addTeamMember(teamId: "${teamId}", userId: "${userId}") { __typename } }`,
    );
  return { teamId, userId };
}
async function suspended(world: World): Promise<{ id: string }> {
  const id = await person(world);
  await world.make(`mutation { m: suspendUser(id: "${id}") { __typename } }`);
  return { id };
}
const alertInput = () => ({ name: named(), signal: "DISK", threshold: 90, forSeconds: 60 });
async function alertRule({ make }: World): Promise<{ id: string }> {
  const query = `mutation ($input: CreateAlertRuleInput!) { m: createAlertRule(input: $input) { ... on CreateAlertRuleSuccess { alertRule { id } } } }`;
  return { id: (await make<{ alertRule: { id: string } }>(query, { input: alertInput() })).alertRule.id };
}
async function auditView({ make }: World): Promise<{ id: string }> {
  const query = `mutation ($input: SaveAuditViewInput!) { m: saveAuditView(input: $input) { ... on SaveAuditViewSuccess { auditView { id } } } }`;
  const input = { name: named(), query: "action:campaign.*" };
  return { id: (await make<{ auditView: { id: string } }>(query, { input })).auditView.id };
}
const senderInput = () => ({ address: email(), name: named(), perDay: 80 });
async function sender({ make }: World): Promise<{ id: string }> {
  const query = `mutation ($input: CreateSenderInput!) { m: createSender(input: $input) { ... on CreateSenderSuccess { sender { id } } } }`;
  return { id: (await make<{ sender: { id: string } }>(query, { input: senderInput() })).sender.id };
}
async function pausedSender(w: World): Promise<{ id: string }> {
  const { id } = await sender(w);
  await w.make(`mutation { m: pauseSender(id: "${id}") { __typename } }`);
  return { id };
}
const streamUrl = () => `https://127.0.0.1:9/${randomUUID()}`;
async function auditStream({ make }: World): Promise<{ id: string }> {
  const query = `mutation ($input: CreateAuditStreamInput!) { m: createAuditStream(input: $input) { ... on CreateAuditStreamSuccess { auditStream { id } } } }`;
  const input = { kind: "WEBHOOK", url: streamUrl() };
  return { id: (await make<{ auditStream: { id: string } }>(query, { input })).auditStream.id };
}
/** A job in this state, as the database has it. */
async function job({ api }: World, state: "FAILED" | "DISCARDED" | "WAITING"): Promise<{ id: string }> {
  const [row] = await api.db.sql<{ id: string }>(
    `insert into job (id, tenant_id, type, queue, payload, state, max_attempts, due_at, error, finished_at)
     values (uuid_v7(), $1, 'campaigns.plan', 'campaigns', $2, $3, 3, now() + interval '1 hour', 'It broke.', now()) returning id`,
    [api.tenantId, { campaignId: randomUUID() }, state],
  );
  return { id: row!.id };
}
const SCHEDULED = ["analytics.cleanup", "analytics.rollupHourly"] as const;
const byName = async (name: string, other: string) => ({ variables: { name }, other: { name: other } });
/** Two of a kind: one for the call, one for the call that differs. */
const two = async <T extends object>(make: () => Promise<T>) => ({
  variables: await make(),
  other: await make(),
});

/** Every mutation of the schema with real arguments; a new one must be added here. */
const CASES: Readonly<Record<string, (world: World) => Promise<MutationCase>>> = {
  createCampaign: (w) => two(async () => ({ input: await campaignInput(w) })),
  async updateCampaign(w) {
    const { id } = await campaign(w);
    return two(async () => ({ input: { id, name: named() } }));
  },
  launchCampaign: (w) => two(() => campaign(w)),
  pauseCampaign: (w) => two(() => campaign(w, "launchCampaign")),
  resumeCampaign: (w) => two(() => campaign(w, "launchCampaign", "pauseCampaign")),
  sendTestEmail: (w) =>
    two(async () => ({
      campaignId: (await campaign(w)).id,
      leadId: await lead(w),
      to: email(),
    })),
  recordReply: (w) =>
    two(async () => ({ ...(await place(w)), at: "2026-03-02T09:00:00.000Z", note: "Call me" })),
  recordGoal: (w) => two(async () => ({ ...(await place(w)), label: "WON" })),
  stopEnrollment: (w) => two(async () => ({ ...(await place(w)), note: "Met at the fair" })),
  pauseEnrollment: (w) => two(async () => ({ ...(await place(w)), until: tomorrow() })),
  resumeEnrollment: (w) =>
    two(async () => {
      const paused = await place(w);
      await w.api.db.sql(
        "update enrollment set state = 'PAUSED', paused_until = '2099-03-01' where campaign_id = $1",
        [paused.campaignId],
      );
      return paused;
    }),
  cancelCampaign: (w) => two(() => campaign(w, "launchCampaign")),
  deleteCampaign: (w) => two(() => campaign(w)),
  cloneCampaign: (w) => two(() => campaign(w)),
  scheduleCampaign: (w) => two(async () => ({ ...(await campaign(w)), at: tomorrow() })),
  unscheduleCampaign: (w) =>
    two(async () => {
      const { id } = await campaign(w);
      await w.make(`mutation { m: scheduleCampaign(id: "${id}", at: "${tomorrow()}") { __typename } }`);
      return { id };
    }),
  resolveMessage: ({ api }) =>
    two(async () => {
      const { messageIds } = await uncertainCampaign(api.db, { tenantId: api.tenantId });
      return { id: messageIds[0], outcome: "ACCEPTED", evidence: named() };
    }),
  resolveMessages: ({ api }) =>
    two(async () => {
      const { campaignId } = await uncertainCampaign(api.db, { tenantId: api.tenantId });
      return { campaignId, outcome: "GIVE_UP", evidence: named() };
    }),
  archiveCampaign: (w) => two(() => campaign(w, "cancelCampaign")),
  freezeSending: async ({ api }) => {
    await api.db.sql("update tenant set frozen_at = null, freeze_reason = null where id = $1", [
      api.tenantId,
    ]);
    return two(async () => ({ reason: named() }));
  },
  releaseSending: async ({ api }) => {
    await api.db.sql("update tenant set frozen_at = now(), freeze_reason = 'a test' where id = $1", [
      api.tenantId,
    ]);
    return two(async () => ({ reason: named() }));
  },
  createLead: () => two(async () => ({ input: { email: email() } })),
  startImport: () => two(async () => ({ input: { csv: `email\n${email()}\n`, listName: named() } })),
  suppress: () => two(async () => ({ email: email(), reason: "MANUAL" })),
  inviteUser: () => two(async () => ({ input: { email: email(), role: "USER" } })),
  resendInvitation: (w) => two(async () => ({ id: (await invited(w)).id })),
  async updateUser(w) {
    const id = await person(w);
    return two(async () => ({ input: { id, name: named() } }));
  },
  updateProfile: () => two(async () => ({ input: { name: named() } })),
  suspendUser: (w) => two(async () => ({ id: await person(w) })),
  reactivateUser: (w) => two(() => suspended(w)),
  eraseUser: (w) => two(async () => ({ id: await person(w) })),
  async assignRole(w) {
    const userId = await person(w);
    return { variables: { userId, role: "MANAGER" }, other: { userId, role: "ADMIN" } };
  },
  createTeam: () => two(async () => ({ input: { name: named() } })),
  async updateTeam(w) {
    const id = await team(w);
    return two(async () => ({ input: { id, name: named() } }));
  },
  archiveTeam: (w) => two(async () => ({ id: await team(w) })),
  addTeamMember: (w) => two(() => member(w, false)),
  removeTeamMember: (w) => two(() => member(w, true)),
  updateSettings: async () => ({
    variables: { input: { maskAddresses: true } },
    other: { input: { maskAddresses: false } },
  }),
  createSender: () => two(async () => ({ input: senderInput() })),
  async updateSender(w) {
    const { id } = await sender(w);
    return two(async () => ({ input: { id, name: named() } }));
  },
  pauseSender: (w) => two(() => sender(w)),
  resumeSender: (w) => two(() => pausedSender(w)),
  archiveSender: (w) => two(() => sender(w)),
  updateSendingLimits: async () => ({
    variables: { input: { perDay: 500, domains: [{ domain: "Example.net", perHour: 20 }] } },
    other: { input: { domainPerHour: 30 } },
  }),
  updateAuditRetention: async () => ({
    variables: { input: { months: 24, holdReason: "A lawsuit" } },
    other: { input: { months: 36, holdReason: null } },
  }),
  updateHealthThresholds: async () => {
    const limits = (warning: number) => ({
      input: { thresholds: [{ signal: "OUTBOX_LAG", warning, critical: 60 }] },
    });
    return { variables: limits(7), other: limits(8) };
  },
  createAlertRule: () => two(async () => ({ input: alertInput() })),
  async updateAlertRule(w) {
    const { id } = await alertRule(w);
    return two(async () => ({ input: { id, name: named() } }));
  },
  deleteAlertRule: (w) => two(() => alertRule(w)),
  muteAlertRule: async (w) => ({
    variables: { ...(await alertRule(w)), until: new Date(Date.now() + 3_600_000) },
    other: { ...(await alertRule(w)), until: null },
  }),
  saveAuditView: () => two(async () => ({ input: { name: named(), query: "action:campaign.*" } })),
  deleteAuditView: (w) => two(() => auditView(w)),
  createAuditStream: () => two(async () => ({ input: { kind: "WEBHOOK", url: streamUrl() } })),
  async updateAuditStream(w) {
    const { id } = await auditStream(w);
    return two(async () => ({ input: { id, url: streamUrl() } }));
  },
  pauseAuditStream: (w) => two(() => auditStream(w)),
  resumeAuditStream: (w) =>
    two(async () => {
      const { id } = await auditStream(w);
      await w.make(`mutation { m: pauseAuditStream(id: "${id}") { __typename } }`);
      return { id };
    }),
  deleteAuditStream: (w) => two(() => auditStream(w)),
  retryJob: (w) => two(() => job(w, "FAILED")),
  discardJob: (w) => two(() => job(w, "FAILED")),
  restoreJob: (w) => two(() => job(w, "DISCARDED")),
  promoteJob: (w) => two(() => job(w, "WAITING")),
  async retryDeadJobs(w) {
    await job(w, "FAILED");
    return { variables: { queue: "campaigns" }, other: { queue: "analytics" } };
  },
  async discardDeadJobs(w) {
    await job(w, "FAILED");
    return { variables: { queue: "campaigns" }, other: { queue: "analytics" } };
  },
  pauseQueue: () => byName("campaigns", "analytics"),
  resumeQueue: () => byName("campaigns", "analytics"),
  updateQueue: async () => ({
    variables: { input: { name: "campaigns", concurrency: 3 } },
    other: { input: { name: "campaigns", concurrency: 5 } },
  }),
  runScheduleNow: () => byName(...SCHEDULED),
  pauseSchedule: () => byName(...SCHEDULED),
  resumeSchedule: () => byName(...SCHEDULED),
  updateSchedule: async () => {
    const at = (pattern: string) => ({ input: { name: SCHEDULED[0], pattern } });
    return { variables: at("5 4 * * *"), other: at("6 4 * * *") };
  },
  markNotificationsRead: (w) => two(async () => ({ ids: [await notification(w)] })),
  revokeSession: (w) => two(() => session(w)),
  revokeSessions: (w) => two(async () => ({ userId: await person(w) })),
  async changePassword(w) {
    const headers = { authorization: `Bearer ${await w.api.tokenOf(await withPassword(w))}` };
    const variables = { currentPassword: GOOD_PASSWORD, newPassword: "eleven white storks" };
    return { headers, variables, other: { ...variables, newPassword: OTHER_PASSWORD } };
  },
  async signIn(w) {
    const variables = { email: (await withPassword(w)).email, password: GOOD_PASSWORD };
    return { headers: NOBODY, variables, other: { ...variables, password: OTHER_PASSWORD } };
  },
  async acceptInvitation(w) {
    const variables = { token: await w.post.tokenFor((await invited(w)).email), password: GOOD_PASSWORD };
    return { headers: NOBODY, variables, other: { ...variables, password: OTHER_PASSWORD } };
  },
  async resetPassword(w) {
    const address = (await withPassword(w)).email;
    await w.make(`mutation { m: requestPasswordReset(email: "${address}") { __typename } }`);
    const token = await eventually(() => w.post.tokenFor(address).catch(() => ""));
    const variables = { token, password: "eleven white storks" };
    return { headers: NOBODY, variables, other: { ...variables, password: OTHER_PASSWORD } };
  },
  requestPasswordReset: async (w) => ({
    headers: NOBODY,
    variables: { email: (await withPassword(w)).email },
    other: null,
  }),
  refreshSession: async (w) => ({ ...(await cookie(w)), variables: {}, other: null }),
  signOut: async (w) => ({ ...(await cookie(w)), variables: {}, other: null }),
};

export interface MutationWorld {
  /** Makes what the call needs. @throws Error for a mutation without a case */
  prepare(name: string): Promise<MutationCase>;
  call<T = Record<string, unknown>>(
    document: string,
    variables: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<T>>;
}

/** @param api with PUBLIC_URL of the transactional mails */
export async function mutationWorld(api: Api): Promise<MutationWorld> {
  const authorization = (await api.as("ADMIN")).authorization!;
  const call = async <T>(
    query: string,
    variables: object,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const all = new Headers({ authorization, "content-type": "application/json", ...headers });
    if (all.get("authorization") === "") all.delete("authorization");
    const body = JSON.stringify({ query, variables });
    return answerOf<T>(await fetch(`${api.url}/graphql`, { method: "POST", headers: all, body }));
  };
  const make = async <T>(query: string, variables: object = {}) => {
    const answer = await call<{ m: T }>(query, variables);
    if (!answer.data) throw new Error(answer.text);
    return answer.data.m;
  };
  const world: World = { api, post: postOf(api), make };
  return {
    call,
    prepare(name) {
      const prepare = CASES[name];
      if (!prepare) throw new Error(`${name} has no case in tests/support/mutation-cases.ts`);
      return prepare(world);
    },
  };
}
