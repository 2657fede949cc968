import { setTimeout as sleep } from "node:timers/promises";
import { reapExpiredMessages, renewLeases } from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import type { Database } from "#platform/database/database.js";
import type { Logger } from "#platform/logger.js";

/** By both clocks: the one of performance.now() stands still while a machine sleeps, the other one can be set back. */
export interface Moment {
  readonly steady: number;
  readonly wall: number;
}
export const thisMoment = (): Moment => ({ steady: performance.now(), wall: Date.now() });

/** The mail of a claim that has its intent. */
interface Begun {
  readonly messageId: Id;
  /** The lease was certainly extended then, or later. */
  readonly since: Moment;
}
interface Claim {
  readonly messageIds: readonly Id[];
  begun: Begun | null;
}

/**
 * Keeps this process's claims alive, and takes care of those whose process has died. Leases are short, so that a crash
 * is mended soon, and renewed, so that a slow mail server costs nothing.
 */
export class Leases {
  /** By its owner. */
  private readonly held = new Map<Id, Claim>();
  private isStopped = false;
  private running: Promise<unknown> = Promise.resolve();
  private readonly stopper = new AbortController();

  constructor(
    private readonly database: Database,
    readonly seconds: number,
    /** A campaign has messages that were taken over from a lost process. */
    private readonly onTakenOver: (campaignId: Id) => void,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.running = Promise.all([
      this.every(this.seconds / 3, () => this.renew()),
      this.every(Math.min(1, this.seconds / 3), () => this.reap()),
    ]);
  }

  hold(owner: Id, messageIds: readonly Id[]): void {
    this.held.set(owner, { messageIds, begun: null });
  }

  letGo(owner: Id): void {
    this.held.delete(owner);
  }

  /** The intent of a claim's mail was written down after `since`, and has extended its lease. */
  intended(owner: Id, messageId: Id, since: Moment): void {
    const claim = this.held.get(owner);
    if (claim) claim.begun = { messageId, since };
  }

  /**
   * Whether the lease on the mail that a claim has last intended is certainly still ours, going by our own clocks and by
   * what the database has renewed: a process that was frozen must find out before it begins a mail.
   */
  isCertain(owner: Id): boolean {
    const since = this.held.get(owner)?.begun?.since;
    if (!since) return false;
    const now = thisMoment();
    return Math.max(now.steady - since.steady, now.wall - since.wall) < this.seconds * 1000 * 0.9;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopper.abort();
    await this.running;
  }

  private async renew(): Promise<void> {
    if (this.held.size === 0) return;
    const since = thisMoment();
    const claims = [...this.held.values()].map((claim) => ({ claim, begun: claim.begun }));
    const messageIds = claims.flatMap(({ claim }) => claim.messageIds);
    const renewed = new Set(
      await renewLeases(this.database, [...this.held.keys()], messageIds, this.seconds),
    );
    for (const { claim, begun } of claims) {
      // An intent that was written meanwhile has extended the lease itself, and kept its row from being renewed.
      if (!begun || claim.begun !== begun) continue;
      claim.begun = renewed.has(begun.messageId) ? { ...begun, since } : null;
    }
  }

  private async reap(): Promise<void> {
    const reaped = await reapExpiredMessages(this.database);
    for (const campaignId of new Set(reaped.map((row) => row.campaign_id))) this.onTakenOver(campaignId);
    const uncertain = reaped.filter(({ state }) => state === "UNCERTAIN").length;
    if (reaped.length > 0)
      this.log.warn({ queued: reaped.length - uncertain, uncertain }, "messages of a lost worker taken over");
  }

  private async every(seconds: number, work: () => Promise<void>): Promise<void> {
    while (!this.isStopped) {
      try {
        await work();
      } catch (error) {
        // The database is away; the next round tries again, and meanwhile no lane can claim or begin anything.
        this.log.warn({ error: String(error) }, "leases could not be looked after");
      }
      await sleep(seconds * 1000, undefined, { signal: this.stopper.signal }).catch(() => {});
    }
  }
}
