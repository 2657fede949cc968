import { setTimeout as sleep } from "node:timers/promises";
import { reapExpiredMessages, renewLeases } from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import type { Database } from "#platform/database/database.js";
import type { Logger } from "#platform/logger.js";

/**
 * Keeps this process's claims alive, and takes care of those whose process has died. Leases are short, so that a crash
 * is mended soon, and renewed, so that a slow mail server costs nothing.
 */
export class Leases {
  /** The messages of each claim by its owner. */
  private readonly held = new Map<Id, readonly Id[]>();
  private renewedAt = -Infinity;
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
    this.held.set(owner, messageIds);
  }

  letGo(owner: Id): void {
    this.held.delete(owner);
  }

  /**
   * Whether a lease that was taken or extended at `since` (performance.now()) is certainly still ours, going by our own
   * clock: a process that was frozen must find out before it begins a mail.
   */
  isCertain(since: number): boolean {
    return performance.now() < Math.max(since, this.renewedAt) + this.seconds * 1000 * 0.9;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopper.abort();
    await this.running;
  }

  private async renew(): Promise<void> {
    if (this.held.size === 0) return;
    const asked = performance.now();
    await renewLeases(this.database, [...this.held.keys()], [...this.held.values()].flat(), this.seconds);
    this.renewedAt = asked;
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
