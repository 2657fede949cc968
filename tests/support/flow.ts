import { createSecretKey } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Id } from "../../domain/ids.js";
import { Tokens } from "../../server/auth/tokens.js";
import { makeUser, type TestDatabase, type TestUser } from "./database.js";
import { eventually } from "./eventually.js";
import { KNOWN_SECRET } from "./forge.js";
import { seedCampaign } from "./ledger-seed.js";
import { settled } from "./mail-run.js";
import type { SmtpSink } from "./smtp-sink.js";
import { TestSocket } from "./socket.js";

const INVITE = `mutation ($email: String!) { inviteUser(input: { email: $email, role: USER }) { __typename } }`;
const ACTIVITY = `subscription ($id: ID!) { campaignActivity(campaignId: $id) {
  campaign { status } accounting { buckets { bucket count } } } }`;
/** Slower than one worker mails them, two at a time at 250 ms each: what waits longer then waits for a reason. */
const EVERY_MS = 150;
/** Of the end, for what a busy machine has left over. */
const DONE_WITHIN_MS = 60_000;

interface Invitation {
  readonly email: string;
  readonly ms: number;
  /** The body of the answer, or the error that came instead. */
  readonly answer: string;
}

export interface FlowParts {
  readonly db: TestDatabase;
  readonly sink: SmtpSink;
  readonly serverUrl: string;
  /** Mails of the campaign. */
  readonly mails: number;
}

/** A day at work in small: a campaign goes out, somebody watches it, and invitations are sent one after the other. */
export class Flow {
  readonly invitations: Invitation[] = [];
  private isEnding = false;
  private ended: Promise<void> = Promise.resolve();

  private constructor(
    private readonly parts: FlowParts,
    readonly admin: TestUser,
    private readonly authorization: string,
    readonly campaignId: Id,
    readonly socket: TestSocket,
    readonly watching: string,
  ) {}

  /** In an organisation of its own. Resolves when mails leave and the first invitation has arrived. */
  static async begin(parts: FlowParts): Promise<Flow> {
    const admin = await makeUser(parts.db.database);
    const tokens = new Tokens(createSecretKey(Buffer.from(KNOWN_SECRET)));
    const authorization = `Bearer ${(await tokens.issue(admin)).accessToken}`;
    const { campaignId } = await seedCampaign(parts.db.database, {
      tenantId: admin.tenantId,
      leads: parts.mails,
    });
    const socket = await TestSocket.connect(parts.serverUrl, authorization);
    const watching = socket.subscribe(ACTIVITY, { id: campaignId });
    const flow = new Flow(parts, admin, authorization, campaignId, socket, watching);
    flow.ended = flow.invite();
    await flow.mailed(0);
    await socket.event(watching, 1);
    return flow;
  }

  private address(invitation: number): string {
    return `guest-${invitation}@${this.admin.tenantId}.example.org`;
  }

  /** Until the mail of the invitation with this number has arrived, also of one that is not made yet. */
  async mailed(invitation: number, timeoutMs?: number): Promise<void> {
    const address = this.address(invitation);
    await eventually(
      () => this.parts.sink.accepted.some(({ to }) => to.includes(address)),
      Boolean,
      timeoutMs,
    );
  }

  /** Mails to leads that have arrived. */
  campaignMails(): number {
    return this.parts.sink.accepted.filter(({ to }) => to[0]!.startsWith("lead-")).length;
  }

  private async invite(): Promise<void> {
    while (!this.isEnding) {
      const email = this.address(this.invitations.length);
      const begun = performance.now();
      const answer = await this.ask(INVITE, { email }).catch((error: unknown) => String(error));
      this.invitations.push({ email, ms: performance.now() - begun, answer });
      await sleep(EVERY_MS);
    }
  }

  async ask(query: string, variables: object = {}): Promise<string> {
    const response = await fetch(`${this.parts.serverUrl}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: this.authorization },
      body: JSON.stringify({ query, variables }),
    });
    return response.text();
  }

  /** Invites no more. */
  stopInviting(): Promise<void> {
    this.isEnding = true;
    return this.ended;
  }

  /** Invites no more and waits until nothing is left to do. */
  async end(): Promise<void> {
    await this.stopInviting();
    await settled(this.parts.db, this.campaignId, DONE_WITHIN_MS);
    await eventually(
      () =>
        this.parts.db.sql(
          "select state, error from job where tenant_id = $1 and state in ('WAITING', 'ACTIVE')",
          [this.admin.tenantId],
        ),
      (open) => open.length === 0,
      DONE_WITHIN_MS,
    );
  }

  /** What became of everything, counted. */
  async account() {
    const { db, sink } = this.parts;
    const jobs = await db.sql<{ what: string; count: number }>(
      `select state || ' at attempt ' || attempts as what, count(*)::int as count from job
       where tenant_id = $1 and type = 'emails.sendTransactional' group by 1`,
      [this.admin.tenantId],
    );
    const messages = await db.sql<{ state: string; messageId: string }>(
      `select state, message_id_header as "messageId" from message where campaign_id = $1`,
      [this.campaignId],
    );
    const copies = countBy(sink.accepted.map(({ messageId }) => messageId ?? ""));
    const received = countBy(sink.accepted.flatMap(({ to }) => to));
    return {
      answers: countBy(this.invitations.map(({ answer }) => answer)),
      jobs: Object.fromEntries(jobs.map(({ what, count }) => [what, count])),
      /** Of how many copies each invitation has arrived in: how many. */
      invitationsByCopies: countBy(this.invitations.map(({ email }) => received[email] ?? 0)),
      mailsByCopies: countBy(messages.map(({ state, messageId }) => `${state} × ${copies[messageId] ?? 0}`)),
    };
  }
}

function countBy(values: readonly (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
