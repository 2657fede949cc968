import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { newId } from "../../domain/ids.js";
import type { Role } from "../../domain/access/roles.js";
import { tokenOf } from "../../domain/users/one-time-token.js";
import { readRedisPrefix } from "../../platform/installation.js";
import { createLogger } from "../../platform/logger.js";
import { openQueues } from "../../platform/queues/queues.js";
import { startRelay } from "../../worker/relay.js";
import { startApi, type Api, type Speaker } from "../support/api.js";
import type { TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { KNOWN_SECRET } from "../support/forge.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";
import { TestSocket } from "../support/socket.js";
import { busyCampaign, type BusyCampaign } from "./support/team-campaign.js";

/** From the answer of the mutation until nothing of the old rights works on any server. */
const WITHIN_MS = 1_000;
const log = createLogger("test", "silent");

let servers: readonly [Api, Api];
let busy: BusyCampaign;
let bystander: Watching;
beforeAll(async () => {
  const environment = { JWT_SECRET: KNOWN_SECRET };
  const first = await startApi({ environment });
  servers = [first, await startApi({ environment, beside: first })];
  busy = await busyCampaign(first);
  bystander = await watching(servers[1], (await victim("USER")).header);
});
afterAll(async () => {
  await bystander.socket.close();
  busy.rest();
  await servers[1].close();
  await servers[0].close();
});

/** Somebody with a session on each of two devices; `speaks` is of the one that is to lose its rights. */
interface Victim {
  readonly user: TestUser;
  readonly otherDevice: Speaker;
  readonly header: string;
}

async function victim(role: Role): Promise<Victim> {
  const [{ db, tenantId, tokenOf: token, withHeader }] = servers;
  const user = await makeUserWithPassword(db, { tenantId, role });
  await db.sql("insert into team_member (tenant_id, team_id, user_id) values ($1, $2, $3)", [
    tenantId,
    busy.teamId,
    user.userId,
  ]);
  const other = { ...user, sessionId: newId() };
  await db.sql(
    "insert into session (id, tenant_id, user_id, expires_at) values ($1, $2, $3, now() + interval '1 day')",
    [other.sessionId, tenantId, user.userId],
  );
  return {
    user,
    otherDevice: withHeader(`Bearer ${await token(other)}`),
    header: `Bearer ${await token(user)}`,
  };
}

const admin = () => servers[0].as("ADMIN");

async function resetToken({ userId }: TestUser): Promise<string> {
  const [{ db, tenantId, people }] = servers;
  const id = newId();
  await db.sql(
    `insert into one_time_token (id, tenant_id, user_id, purpose, expires_at) values ($1, $2, $3, 'PASSWORD_RESET', now() + interval '1 hour')`,
    [id, tenantId, userId],
  );
  return tokenOf(people.ADMIN.op, id);
}

interface Case {
  readonly what: string;
  readonly role: Role;
  readonly act: (victim: Victim) => Promise<unknown>;
  /** What the old token gets from now on. */
  readonly probe: () => string;
  readonly code: "UNAUTHENTICATED" | "FORBIDDEN" | "NOT_FOUND";
  readonly reason: string;
}
const ENDED = {
  role: "MANAGER",
  probe: () => "{ me { id } }",
  code: "UNAUTHENTICATED",
  reason: "The session has ended",
} as const;

const CASES: readonly Case[] = [
  {
    ...ENDED,
    what: "revokeSession",
    act: ({ user, otherDevice }) => succeed(otherDevice, `revokeSession(id: "${user.sessionId}")`),
  },
  {
    ...ENDED,
    what: "revokeSessions",
    act: async ({ user }) => succeed(await admin(), `revokeSessions(userId: "${user.userId}")`),
  },
  {
    ...ENDED,
    what: "suspendUser",
    act: async ({ user }) => succeed(await admin(), `suspendUser(id: "${user.userId}")`),
  },
  {
    ...ENDED,
    what: "eraseUser",
    act: async ({ user }) => succeed(await admin(), `eraseUser(id: "${user.userId}")`),
  },
  {
    ...ENDED,
    what: "signOut",
    act: ({ header }) => succeed(servers[0].withHeader(header), "signOut"),
  },
  {
    ...ENDED,
    what: "changePassword",
    act: ({ otherDevice }) =>
      succeed(
        otherDevice,
        `changePassword(currentPassword: "${GOOD_PASSWORD}", newPassword: "nine violet otters")`,
      ),
  },
  {
    ...ENDED,
    what: "resetPassword",
    act: async ({ user }) =>
      succeed(
        servers[0].withHeader(undefined),
        `resetPassword(token: "${await resetToken(user)}", password: "nine violet otters")`,
      ),
  },
  {
    what: "assignRole",
    role: "ADMIN",
    act: async ({ user }) => succeed(await admin(), `assignRole(userId: "${user.userId}", role: MANAGER)`),
    probe: () => "{ settings { version } }",
    code: "FORBIDDEN",
    reason: "The rights have changed",
  },
  {
    what: "removeTeamMember",
    role: "USER",
    act: async ({ user }) =>
      succeed(await admin(), `removeTeamMember(teamId: "${busy.teamId}", userId: "${user.userId}")`),
    probe: () => `{ campaign(id: "${busy.campaignId}") { name } }`,
    code: "NOT_FOUND",
    reason: "The rights have changed",
  },
];

async function succeed(speaker: Speaker, call: string): Promise<void> {
  const { data, errors } = await speaker.ask<Record<string, { __typename: string }>>(
    `mutation { ${call} { __typename } }`,
  );
  expect(errors).toEqual([]);
  expect(Object.values(data!)[0]!.__typename).toMatch(/Success$/);
}

interface Watching {
  readonly socket: TestSocket;
  readonly id: string;
}

/** Subscribed to the campaign on a server, with events coming in. */
async function watching(api: Api, header: string): Promise<Watching> {
  const socket = await TestSocket.connect(api.url, header);
  const id = socket.subscribe(
    `subscription { campaignActivity(campaignId: "${busy.campaignId}") { campaign { name } } }`,
  );
  await socket.event(id);
  return { socket, id };
}

/** Milliseconds from the answer of a revocation until the last server has closed and refused. */
async function revoked({ role, act, probe, code, reason }: Case): Promise<number> {
  const somebody = await victim(role);
  const streams = await Promise.all(servers.map((api) => watching(api, somebody.header)));
  const speakers = servers.map((api) => api.withHeader(somebody.header));
  for (const speaker of speakers) expect((await speaker.ask(probe())).errors).toEqual([]);
  const closes = streams.map(({ socket }) =>
    socket.closed.then((closed) => ({ ...closed, at: performance.now() })),
  );
  await act(somebody);
  const answered = performance.now();
  const closed = await Promise.all(closes);
  const seen = streams.map(({ socket, id }) => socket.events(id).length);
  for (const { code: closeCode, reason: why } of closed) expect([closeCode, why]).toEqual([4403, reason]);
  const refusals = speakers.map(async (speaker) => {
    await eventually(
      async () => (await speaker.ask(probe())).errors[0]?.extensions.code,
      (got) => got === code,
    );
    return performance.now();
  });
  // The campaign goes on being told: to everybody else.
  await bystander.socket.event(bystander.id, bystander.socket.events(bystander.id).length);
  expect(streams.map(({ socket, id }) => socket.events(id).length)).toEqual(seen);
  const ends = [...closed.map(({ at }) => at), ...(await Promise.all(refusals))].map((at) => at - answered);
  return Math.max(...ends);
}

describe("with the relay telling every server", () => {
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const [{ db, bus }] = servers;
    const queues = await openQueues(inject("redisUrl"), await readRedisPrefix(db.database), { log });
    const relay = startRelay({ database: db.database, queues, bus, log });
    stop = async () => {
      await relay.stop();
      await queues.close(500);
    };
  });
  afterAll(() => stop());

  test.each(CASES)("$what ends sockets and requests on both servers within a second", async (one) => {
    expect(await revoked(one)).toBeLessThan(WITHIN_MS);
  });
});

describe("when nothing is published", () => {
  test.each(CASES)("$what ends sockets and requests on both servers within a second", async (one) => {
    expect(await revoked(one)).toBeLessThan(WITHIN_MS);
  });
});
