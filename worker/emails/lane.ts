import { nextStepAfter } from "#domain/campaigns/index.js";
import {
  asksForLess,
  NEXT_IS_GONE,
  outcomeOf,
  recordOutcome,
  releaseMessages,
  retryDelaySeconds,
  slowDomain,
  type ClaimedMessage,
  type LaneOutcome,
  type LedgerOutcome,
  type SendResult,
} from "#domain/emails/index.js";
import { newId, type Id } from "#domain/ids.js";
import type { Database } from "#platform/database/database.js";
import type { Logger } from "#platform/logger.js";
import { reportError } from "#platform/sentry.js";
import type { SmtpLane } from "#platform/mail/smtp-lane.js";
import { admit, type Admission } from "./admit.js";
import type { Bell } from "./bell.js";
import type { CampaignHints } from "./campaign-hints.js";
import type { FrozenVersions } from "./frozen-versions.js";
import type { LedgerWriter } from "./ledger-writer.js";
import { thisMoment, type Leases } from "./leases.js";
import { prepareMail, type PreparedMail, type Signing } from "./prepare-mail.js";
import { isPassing, untilBack } from "#platform/until-back.js";

/** What the lanes of a process share. */
export interface LaneContext {
  readonly database: Database;
  readonly ledger: LedgerWriter;
  readonly leases: Leases;
  readonly versions: FrozenVersions;
  readonly hints: CampaignHints;
  readonly bell: Bell;
  readonly log: Logger;
  readonly signing: Signing;
  isStopping(): boolean;
  /** For a while nothing new may begin. */
  isHeld(): boolean;
  /** It is time to give up on writing to the database. */
  isOutOfTime(): boolean;
  /** Nothing is due; `campaignIds` are those that this process has mailed since it last said so. */
  ranDry(): void;
  /** An outcome of the campaign was written. */
  mailed(campaignId: Id): void;
}

/** Half of what a window's end is ahead of time. */
const MOST_ADMITTED_MS = 30_000;
const OVER = {
  state: "SKIPPED",
  reason: "WINDOW_CLOSED_BEFORE_END",
  reply: "the campaign's end came before the next window",
} as const;
const IDLE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

/** Claim, intent, transport, outcome, one mail after the other, until told to stop. */
export class Lane {
  isBusy = false;
  /** It may be about to claim, or holds a claim. */
  isInRound = false;
  /** When it last took a step, by performance.now(). */
  movedAt = performance.now();
  /** Attempts in a row that found no working mail server. */
  private failures = 0;
  /** Of the claim that is being worked off; each has its own, see claimMessages. */
  private owner = newId();
  /** That the mail before was accepted is being written down, while the next one is made. */
  private recording: Promise<void> | null = null;

  constructor(
    private readonly context: LaneContext,
    private readonly smtp: SmtpLane,
    /** False while fewer lanes are wanted than there are. */
    private readonly isWanted: () => boolean,
  ) {}

  async run(): Promise<void> {
    const { context } = this;
    while (!context.isStopping()) {
      this.movedAt = performance.now();
      try {
        if (!this.isWanted()) this.smtp.close();
        else if (!context.isHeld()) {
          this.isInRound = true;
          const isMore = await context.ledger
            .duringRound(() => this.round())
            .finally(() => (this.isInRound = false));
          if (isMore) continue;
          context.ranDry();
        }
        await context.bell.wait(IDLE_MS);
      } catch (error) {
        if (context.isStopping()) break;
        context.log.error({ err: error }, "a lane was interrupted and goes on");
        if (!isPassing(error)) reportError(error, { where: "a mail lane" });
        await this.pause(1000);
      }
    }
    this.smtp.close();
  }

  /** @returns false when nothing was due */
  private async round(): Promise<boolean> {
    const { database, leases, ledger } = this.context;
    if (this.failures > 0 && !(await this.isServerBack())) return true;
    const { messages: claimed, isMore } = await untilBack(
      () => ledger.claim((this.owner = newId())),
      () => this.context.isStopping(),
    );
    if (claimed.length === 0) return isMore;
    for (const message of claimed) if (message.state !== "SENDING") this.tell(message);
    const batch = claimed.filter((message) => message.state === "SENDING");
    this.isBusy = true;
    leases.hold(
      this.owner,
      batch.map(({ id }) => id),
    );
    try {
      const admission = await this.written(() => admit(database, this.context.versions, this.owner, batch));
      for (const message of admission.over) await this.record(message, OVER);
      await this.mailAll(admission).finally(() => this.recorded());
    } finally {
      // What an error has left behind is no longer renewed, and is taken over when its lease runs out.
      leases.letGo(this.owner);
      this.isBusy = false;
    }
    return true;
  }

  /** Waits a little longer each time, then looks; as long as the server is away nothing is claimed. */
  private async isServerBack(): Promise<boolean> {
    await this.pause(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** Math.min(this.failures, 10)));
    if (this.context.isStopping()) return false;
    const unreachable = await this.smtp.connect();
    if (unreachable) this.failures += 1;
    return unreachable === null;
  }

  private async mailAll({ open: batch, isTimed }: Admission): Promise<void> {
    const since = performance.now();
    for (const [index, message] of batch.entries()) {
      const { isStopping, isHeld } = this.context;
      // A slow server: the windows that were open may have closed, and are looked at again with the next claim.
      const isStale = isTimed && performance.now() - since > MOST_ADMITTED_MS;
      if (isStopping() || isHeld() || isStale) return void (await this.giveBack(batch.slice(index)));
      // A mail that was tried is never given back: only its outcome may say what becomes of it.
      if (!(await this.mail(message))) return void (await this.giveBack(batch.slice(index + 1)));
    }
  }

  /** @returns false when the rest of the batch should be given back: paused, lease lost, no mail server */
  private async mail(message: ClaimedMessage): Promise<boolean> {
    const { leases } = this.context;
    this.movedAt = performance.now();
    const mail = await this.prepare(message);
    // Of a lane never more than one mail is in doubt.
    await this.recorded();
    if ("state" in mail) {
      await this.record(message, mail);
      return true;
    }
    // A server that cannot be reached is found out before the intent: such a mail is never in doubt.
    const unreachable = await this.smtp.connect();
    const since = thisMoment();
    if (!unreachable) {
      if (!(await this.intend(message, mail))) {
        const [given] = await this.giveBack([message]);
        return given !== undefined && given.state !== "QUEUED";
      }
      leases.intended(this.owner, message.id, since);
    }
    this.movedAt = performance.now();
    const result =
      unreachable ??
      (await this.smtp.send(mail.envelope, mail.bytes, () => {
        this.movedAt = performance.now();
        return leases.isCertain(this.owner);
      }));
    const outcome = outcomeOf(result);
    this.recording = this.record(message, outcome);
    // Whoever waits for it hears of its failure; until then it is not unheard of.
    this.recording.catch(() => {});
    if (outcome.state !== "SENT") await this.recorded();
    if (!unreachable && asksForLess(result)) await this.slowDown(message);
    this.failures = isServerTrouble(result) ? this.failures + 1 : 0;
    return this.failures === 0;
  }

  private async prepare(message: ClaimedMessage): Promise<PreparedMail | LaneOutcome> {
    const { versions, signing } = this.context;
    const content = await this.written(() => versions.contentOf(message.version_id));
    try {
      return await prepareMail(message, versions.wordingFor(message, content), signing);
    } catch (error) {
      const reply = (error instanceof Error ? error.message : String(error)).split("\n")[0]!.slice(0, 300);
      this.context.log.error({ err: error, messageId: message.id }, "a mail could not be made");
      return { state: "FAILED", reason: "TEMPLATE", reply };
    }
  }

  private intend(message: ClaimedMessage, mail: PreparedMail): Promise<boolean> {
    const { ledger, leases } = this.context;
    return this.written(() =>
      ledger.intend({
        messageId: message.id,
        owner: this.owner,
        attempt: message.attempt,
        leadId: message.lead_id,
        messageIdHeader: mail.messageIdHeader,
        variant: mail.variant,
        bodyDigest: mail.digest,
        leaseSeconds: leases.seconds,
      }),
    );
  }

  private async recorded(): Promise<void> {
    const { recording } = this;
    this.recording = null;
    if (recording) await this.context.ledger.until(recording);
  }

  private async record(message: ClaimedMessage, outcome: LedgerOutcome | LaneOutcome): Promise<void> {
    const { log } = this.context;
    let state = await this.recordOnce(message, outcome);
    // An edit came between: the version that holds now says what follows.
    while (state === NEXT_IS_GONE) state = await this.recordOnce(message, outcome);
    if (state === null)
      log.warn({ messageId: message.id, outcome: outcome.state }, "the outcome of a message came too late");
    if (state === "UNCERTAIN")
      log.warn(
        { messageId: message.id, reply: outcome.reply },
        "it is not known whether a message was accepted",
      );
    this.tell(message);
  }

  private async recordOnce(
    message: ClaimedMessage,
    outcome: LedgerOutcome | LaneOutcome,
  ): Promise<string | null> {
    const { database, ledger, versions } = this.context;
    const fence = { messageId: message.id, owner: this.owner, attempt: message.attempt };
    if (outcome.state === "SENT") {
      const expected = nextStepAfter(
        await this.written(() => versions.contentOf(message.version_id)),
        message.step_id,
      );
      if (await ledger.recordSent({ ...fence, reply: outcome.reply, next: expected })) return "SENT";
    }
    const next = outcome.state === "SENT" ? await this.written(() => versions.nextStep(message)) : null;
    const options = { next, retryDelaySeconds: retryDelaySeconds(message.attempt, Math.random()) };
    return this.written(() => recordOutcome(database, fence, outcome, options));
  }

  /** Only messages whose transport was certainly not begun. */
  private async giveBack(messages: readonly ClaimedMessage[]): Promise<{ id: Id; state: string }[]> {
    if (messages.length === 0) return [];
    const { database } = this.context;
    const given = await this.written(() => releaseMessages(database, this.owner, messages));
    this.tell(messages[0]!);
    return given;
  }

  /** Others' mail flows on. */
  private async slowDown(message: ClaimedMessage): Promise<void> {
    const { database, log } = this.context;
    const slowed = await this.written(() => slowDomain(database, message.id));
    if (slowed) log.warn(slowed, "a destination domain asks for less mail and is slowed down");
  }

  private tell(message: ClaimedMessage): void {
    this.context.hints.note(message.campaign_id, message.id);
    this.context.mailed(message.campaign_id);
  }

  /** Writing goes on until the database is back: what a mail server has answered must not be forgotten. */
  private written<T>(work: () => Promise<T>): Promise<T> {
    return untilBack(work, () => this.context.isOutOfTime());
  }

  private async pause(ms: number): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end && !this.context.isStopping();)
      await this.context.bell.wait(Math.max(1, end - performance.now()));
  }
}

/** The server did not get as far as this mail, or is going away: the next mail would fare no better. */
function isServerTrouble(result: SendResult): boolean {
  if (result.kind === "refused") return result.phase === "connect" || result.code === 421;
  return result.kind === "notSent" || result.kind === "unknown";
}
