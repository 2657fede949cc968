import {
  accountingOf,
  cancelCampaign,
  completeCampaign,
  completedWithOpenMessages,
  pauseCampaign,
  planEdited,
  reopenCampaign,
  resumeCampaign,
  updateCampaign,
  CAMPAIGN_MOVES,
  type CampaignStatus,
} from "../../domain/campaigns/index.js";
import { cancelledWithLeftOvers, cancelMessages } from "../../domain/campaigns/campaign-messages.queries.js";
import {
  outcomeOf,
  reapExpiredMessages,
  releaseDueMessages,
  releaseMessages,
  skipSuppressedMessages,
  type ClaimedMessage,
  type LedgerOutcome,
  type MessageState,
  type NextStep,
  type SendResult,
} from "../../domain/emails/index.js";
import type { Command } from "../../domain/command.js";
import {
  pauseEnrollment,
  recordReply,
  resumeEnrollment,
  stopEnrollment,
  wakeEnrollments,
} from "../../domain/enrollments/index.js";
import { isRefusal } from "../../domain/errors.js";
import { newId, type Id } from "../../domain/ids.js";
import { suppress } from "../../domain/leads/index.js";
import { AT_ONCE } from "../../domain/planning/index.js";
import { PROMISES } from "../../domain/promises/index.js";
import { eventsOf, MOVES } from "../../domain/promises/state-events.js";
import { freezeSending, releaseSending } from "../../domain/sending/index.js";
import { openOperation } from "../../platform/database/open-operation.js";
import type { TestDatabase, TestUser } from "./database.js";
import { LedgerLane } from "./ledger-lane.js";
import { seedCampaign, type SeededCampaign } from "./ledger-seed.js";

/** What the mail server does with a mail whose intent is written down. */
export const ANSWERS = [
  "accepted",
  "accepted, and the lane dies",
  "cut after the dot",
  "cut before the dot",
  "451",
  "550 5.1.1",
  "550 5.7.1",
  "552",
] as const;
export type Answer = (typeof ANSWERS)[number];

/** Null: nobody is left who could write it down. */
const RESULT_OF: Readonly<Record<Answer, SendResult | null>> = {
  accepted: { kind: "accepted", reply: "250 ok" },
  "accepted, and the lane dies": null,
  "cut after the dot": { kind: "unknown", reason: "the line was cut" },
  "cut before the dot": { kind: "unknown", reason: "the line was cut" },
  "451": { kind: "refused", phase: "dot", code: 451, enhancedCode: "4.3.0", reply: "451 4.3.0 later" },
  "550 5.1.1": {
    kind: "refused",
    phase: "rcpt",
    code: 550,
    enhancedCode: "5.1.1",
    reply: "550 5.1.1 unknown",
  },
  "550 5.7.1": {
    kind: "refused",
    phase: "dot",
    code: 550,
    enhancedCode: "5.7.1",
    reply: "550 5.7.1 blocked",
  },
  "552": { kind: "refused", phase: "rcpt", code: 552, enhancedCode: "5.2.2", reply: "552 5.2.2 full" },
};

/** One thing that happens to a campaign. `which` picks among what there is; with nothing to pick, nothing happens. */
export type Move =
  | { readonly do: "claim"; readonly lane: number; readonly limit: number }
  | { readonly do: "intend" | "release" | "expire"; readonly which: number }
  | { readonly do: "answer"; readonly which: number; readonly answer: Answer }
  | {
      readonly do: "suppress" | "rest" | "wake" | "stop" | "reply" | "edit" | "retime";
      readonly which: number;
    }
  | { readonly do: "crash"; readonly lane: number }
  | {
      readonly do:
        "reap" | "wait" | "plan" | "sweep" | "pause" | "resume" | "cancel" | "complete" | "freeze" | "thaw";
    };

interface Held {
  readonly lane: number;
  readonly owner: Id;
  readonly message: ClaimedMessage;
  isIntended: boolean;
}

interface MessageRow {
  readonly id: Id;
  readonly lead: Id;
  readonly step: number;
  readonly state: MessageState;
  readonly intended: boolean;
  readonly attempt: number;
  readonly enrollment: string;
  readonly isSuppressed: boolean;
  readonly isNoted: boolean;
}

interface Picture {
  readonly status: CampaignStatus;
  readonly isFrozen: boolean;
  readonly messages: ReadonlyMap<Id, MessageRow>;
}

/** The table of states and moves of a message (domain model, section 6). */
const MESSAGE_MOVES: Readonly<Record<MessageState, readonly MessageState[]>> = {
  PLANNED: ["QUEUED", "SKIPPED", "CANCELLED"],
  // A window that has closed meanwhile: planned for the next one.
  QUEUED: ["SENDING", "SKIPPED", "CANCELLED", "DEFERRED", "PLANNED"],
  // Planned anew after an edit, or for when a lead that rests is there again.
  DEFERRED: ["SENDING", "QUEUED", "SKIPPED", "CANCELLED", "PLANNED"],
  SENDING: [
    "SENT",
    "DEFERRED",
    "QUEUED",
    "FAILED",
    "BOUNCED_HARD",
    "BOUNCED_SOFT",
    "UNCERTAIN",
    "SKIPPED",
    "CANCELLED",
    "PLANNED",
  ],
  // Its own lane got the answer after all, or knows that it had not begun.
  UNCERTAIN: ["SENT", "QUEUED", "DEFERRED", "FAILED", "BOUNCED_HARD", "BOUNCED_SOFT", "SKIPPED", "CANCELLED"],
  SENT: ["DELIVERED", "BOUNCED_HARD", "BOUNCED_SOFT", "COMPLAINED"],
  DELIVERED: ["BOUNCED_HARD", "BOUNCED_SOFT", "COMPLAINED"],
  BOUNCED_HARD: [],
  BOUNCED_SOFT: [],
  COMPLAINED: [],
  FAILED: [],
  SKIPPED: [],
  CANCELLED: [],
};

const LEADS = 2;
const DAY_MS = 86_400_000;
const OPEN: readonly MessageState[] = ["PLANNED", "QUEUED", "DEFERRED", "SENDING"];

/** A campaign of two steps for two leads, the lanes that send it and the mail server that answers, one move at a time. */
export class History {
  private readonly lanes: LedgerLane[];
  private readonly held: Held[] = [];
  /** What the mail server has taken, by message: the truth that the ledger is compared with. */
  private readonly taken = new Map<Id, number>();
  private before!: Picture;

  private constructor(
    private readonly db: TestDatabase,
    private readonly user: TestUser,
    private readonly campaign: SeededCampaign,
    private readonly leadIds: readonly Id[],
  ) {
    this.lanes = [new LedgerLane(db), new LedgerLane(db)];
  }

  static async begin(db: TestDatabase, user: TestUser): Promise<History> {
    const campaign = await seedCampaign(db.database, {
      leads: LEADS,
      tenantId: user.tenantId,
      steps: [{}, { delayMinutes: 0 }],
    });
    const leads = await db.sql<{ id: Id }>(
      "select lead_id as id from enrollment where campaign_id = $1 order by lead_id",
      [campaign.campaignId],
    );
    const leadIds = leads.map(({ id }) => id);
    await db.sql(
      "update campaign set launched_version_id = $2, audience = audience || $3::jsonb where id = $1",
      [campaign.campaignId, campaign.versionId, JSON.stringify({ leadIds })],
    );
    const history = new History(db, user, campaign, leadIds);
    history.before = await history.look();
    return history;
  }

  /** Makes a move and asks for every invariant. @throws Error that names the one that does not hold */
  async make(move: Move): Promise<void> {
    await this.carryOut(move);
    const now = await this.look();
    await this.demand(this.before, now);
    this.before = now;
  }

  /** Lets everything go on to its end, with a server that takes all: nothing may be left, and every promise is kept. */
  async end(): Promise<void> {
    await this.make({ do: "thaw" });
    await this.make({ do: "crash", lane: 0 });
    await this.make({ do: "crash", lane: 1 });
    await this.make({ do: "reap" });
    await this.make({ do: "resume" });
    for (let round = 0; round < 8 && this.left().length > 0; round += 1) {
      await this.make({ do: "sweep" });
      await this.make({ do: "plan" });
      await this.make({ do: "wait" });
      await this.make({ do: "claim", lane: 0, limit: 10 });
      while (this.held.length > 0) {
        await this.make({ do: "intend", which: 0 });
        await this.make(
          this.held[0]!.isIntended
            ? { do: "answer", which: 0, answer: "accepted" }
            : { do: "release", which: 0 },
        );
      }
    }
    const left = this.left();
    if (left.length > 0) throw new Error(`Left over at the end: ${JSON.stringify(left)}`);
    await this.demandPromises();
    await this.make({ do: "complete" });
    const { status } = this.before;
    if (status !== "COMPLETED" && status !== "CANCELLED") throw new Error(`It does not end: ${status}`);
  }

  private left(): MessageRow[] {
    return [...this.before.messages.values()].filter(({ state }) => OPEN.includes(state));
  }

  private async carryOut(move: Move): Promise<void> {
    const { database } = this.db;
    const { op } = this.user;
    const campaignId = this.campaign.campaignId;
    switch (move.do) {
      case "claim": {
        const owner = newId();
        const claimed = await this.lanes[move.lane]!.claim(move.limit, owner);
        for (const message of claimed)
          if (message.state === "SENDING")
            this.held.push({ lane: move.lane, owner, message, isIntended: false });
        return;
      }
      case "intend": {
        const held = this.pick(move.which);
        if (!held || held.isIntended) return;
        held.isIntended = await this.lanes[held.lane]!.intend(held.message, { owner: held.owner });
        return;
      }
      case "answer": {
        const held = this.pick(move.which);
        if (!held?.isIntended) return;
        this.drop(held);
        if (move.answer.startsWith("accepted") || move.answer === "cut after the dot")
          this.taken.set(held.message.id, (this.taken.get(held.message.id) ?? 0) + 1);
        const result = RESULT_OF[move.answer];
        if (result) await this.record(held, outcomeOf(result));
        else await this.expire([held]);
        return;
      }
      case "release": {
        const held = this.pick(move.which);
        if (!held || held.isIntended) return;
        this.drop(held);
        await releaseMessages(database, held.owner, [held.message]);
        return;
      }
      case "expire": {
        const held = this.pick(move.which);
        if (held) await this.expire([held]);
        return;
      }
      case "crash": {
        const lost = this.held.filter(({ lane }) => lane === move.lane);
        for (const held of lost) this.drop(held);
        await this.expire(lost);
        return;
      }
      case "rest":
        return this.attempt(pauseEnrollment, {
          ...this.lead(move.which),
          until: new Date(Date.now() + DAY_MS),
        });
      case "wake":
        return this.attempt(resumeEnrollment, this.lead(move.which));
      case "stop":
        return this.attempt(stopEnrollment, this.lead(move.which));
      case "reply":
        return this.attempt(recordReply, this.lead(move.which));
      case "edit":
        return this.attempt(updateCampaign, { campaignId, replyTo: `reply-${move.which}@postwatch.example` });
      case "retime":
        return this.attempt(updateCampaign, {
          campaignId,
          schedule: { ...AT_ONCE, perHour: 1000 + move.which },
        });
      case "plan":
        while ((await this.asJob(planEdited, campaignId)) > 0);
        return;
      case "reap":
        await reapExpiredMessages(database);
        return;
      case "sweep":
        await skipSuppressedMessages(database);
        for (const id of await cancelledWithLeftOvers(database)) await cancelMessages(database, id);
        for (const { id } of await completedWithOpenMessages(database)) await this.asJob(reopenCampaign, id);
        return;
      case "wait":
        await this.db.sql(
          `with rested as (update enrollment set paused_until = now() - interval '1 ms' where campaign_id = $1 and state = 'PAUSED')
           update message set due_at = now() where campaign_id = $1 and state in ('PLANNED', 'QUEUED', 'DEFERRED')`,
          [campaignId],
        );
        await wakeEnrollments(database, 100);
        await releaseDueMessages(database, 100);
        return;
      case "suppress":
        await op.run(suppress, {
          email: `lead-${(move.which % LEADS) + 1}@example.org`,
          reason: "UNSUBSCRIBED",
        });
        return;
      case "pause":
        if (this.before.status === "RUNNING") await op.run(pauseCampaign, { campaignId });
        return;
      case "resume":
        if (this.before.status === "PAUSED") await op.run(resumeCampaign, { campaignId });
        return;
      case "cancel":
        if (CAMPAIGN_MOVES[this.before.status].includes("CANCELLED"))
          await op.run(cancelCampaign, { campaignId });
        return;
      case "complete":
        await this.asJob(completeCampaign, campaignId);
        return;
      case "freeze":
        await op.run(freezeSending, { reason: "a test" });
        return;
      case "thaw":
        await op.run(releaseSending, { reason: "a test" });
    }
  }

  private asJob<T>(job: Command<{ campaignId: Id }, T>, campaignId: Id): Promise<T> {
    const actor = { kind: "JOB", name: "test" } as const;
    const op = openOperation(this.db.database, actor, { requestId: newId() }, this.user.tenantId);
    return op.run(job, { campaignId });
  }

  /** What people try: the state of things may refuse it. */
  private async attempt<I>(wanted: Command<I, unknown>, input: object): Promise<void> {
    try {
      await this.user.op.run(wanted, input);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }

  private lead(which: number) {
    return { campaignId: this.campaign.campaignId, leadId: this.leadIds[which % LEADS]! };
  }

  private pick(which: number): Held | undefined {
    return this.held[which % Math.max(1, this.held.length)];
  }

  private drop(held: Held): void {
    this.held.splice(this.held.indexOf(held), 1);
  }

  private async expire(lost: readonly Held[]): Promise<void> {
    if (lost.length === 0) return;
    await this.db.sql(
      "update message set lease_until = now() - interval '1 ms' where id = any($1::uuid[]) and lease_owner = any($2::uuid[]) and state = 'SENDING'",
      [lost.map(({ message }) => message.id), lost.map(({ owner }) => owner)],
    );
  }

  private record({ lane, owner, message }: Held, outcome: LedgerOutcome): Promise<string | null> {
    const second = this.campaign.stepIds[1]!;
    const next: NextStep | null =
      message.step_id === second ? null : { id: second, position: 2, delayMinutes: 0, endsAt: null };
    return this.lanes[lane]!.record(message, outcome, next ? { owner, next } : { owner });
  }

  private async look(): Promise<Picture> {
    const [row] = await this.db.sql<{ status: CampaignStatus; isFrozen: boolean; messages: MessageRow[] }>(
      `select c.status, t.frozen_at is not null as "isFrozen", coalesce((
         select json_agg(json_build_object('id', m.id, 'lead', m.lead_id, 'step', m.step_position, 'state', m.state,
           'intended', m.intent_at is not null, 'attempt', m.attempt, 'enrollment', e.state,
           'isSuppressed', exists (select from suppression s where s.tenant_id = m.tenant_id and s.email_hash = l.email_hash and s.lifted_at is null),
           'isNoted', m.attempt = 0 and m.state = 'QUEUED' or coalesce((select x.type from message_event x where x.message_id = m.id and x.type = any(${MOVES})
             order by x.seq desc limit 1) = any(${eventsOf("m.state")}), false)))
         from message m join enrollment e on e.id = m.enrollment_id join lead l on l.id = m.lead_id where m.campaign_id = c.id), '[]') as messages
       from campaign c join tenant t on t.id = c.tenant_id where c.id = $1`,
      [this.campaign.campaignId],
    );
    return { ...row!, messages: new Map(row!.messages.map((message) => [message.id, message])) };
  }

  private async demand(before: Picture, now: Picture): Promise<void> {
    const wrong = (what: string, message?: MessageRow): never => {
      throw new Error(message ? `${what}: ${JSON.stringify(message)}` : what);
    };
    if (before.status !== now.status && !CAMPAIGN_MOVES[before.status].includes(now.status))
      wrong(`The campaign went from ${before.status} to ${now.status}`);
    const keys = new Set<string>();
    for (const message of now.messages.values()) {
      const old = before.messages.get(message.id);
      const key = `${message.lead}:${message.step}`;
      if (keys.has(key)) wrong("Two messages of a step for one lead", message);
      keys.add(key);
      if (old && old.state !== message.state && !MESSAGE_MOVES[old.state].includes(message.state))
        wrong(`It went from ${old.state}`, message);
      const taken = this.taken.get(message.id) ?? 0;
      if (taken > 1) wrong("The mail server has it twice", message);
      if (message.state === "SENT" && taken !== 1)
        wrong("SENT, and the mail server does not have it", message);
      const isUnknown = message.state === "UNCERTAIN" || message.intended;
      if (taken === 1 && message.state !== "SENT" && !isUnknown) wrong("The mail server has it", message);
      const isBegun =
        message.state === "SENDING" && (old?.state !== "SENDING" || old.attempt !== message.attempt);
      const isIntended = message.state === "SENDING" && message.intended && !old?.intended;
      if (isBegun || isIntended) {
        if (message.isSuppressed) wrong("Begun to a suppressed address", message);
        if (message.enrollment !== "ACTIVE" && message.enrollment !== "WAITING")
          wrong("Begun for a lead that is out", message);
        if (now.status !== "RUNNING") wrong(`Begun while ${now.status}`, message);
        if (now.isFrozen) wrong("Begun while frozen", message);
        if (message.step === 2) {
          const first = [...now.messages.values()].find(
            ({ lead, step }) => lead === message.lead && step === 1,
          );
          if (first?.state !== "SENT") wrong("Begun before the step before it was sent", message);
        }
      }
      if (!message.isNoted) wrong("Its state has no event", message);
    }
    for (const id of before.messages.keys()) if (!now.messages.has(id)) wrong(`Message ${id} is gone`);
    // Throws when the buckets do not sum to the audience.
    const { tenantId } = this.user;
    const [accounting] = (
      await accountingOf(this.db.database, { tenantId, teamIds: null }, [this.campaign.campaignId])
    ).values();
    if (accounting?.audience !== LEADS) wrong(`The audience is ${accounting?.audience}`);
  }

  /** Every promise that is about a campaign, looked at for this one. */
  private async demandPromises(): Promise<void> {
    for (const { id, offending } of PROMISES) {
      if (id === "RECORD_VERIFIES" || id === "SUMS_ARE_RECOUNTS") continue;
      const rows = await this.db.sql<{ detail: string }>(
        `with touched as materialized (select id from message where campaign_id = $1::uuid),
         campaigns as materialized (select $1::uuid as id),
         unused as (select $2::text, $3::text, $4::uuid[]),
         offending as (${offending})
         select detail from offending`,
        [this.campaign.campaignId, null, null, []],
      );
      if (rows.length > 0) throw new Error(`${id} is broken: ${JSON.stringify(rows)}`);
    }
  }
}
