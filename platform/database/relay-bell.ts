import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";

/** Where changes come one after the other each would ring: so long one ring is for all of them. */
const SHARED_MS = 50;
const RING = { name: "ring_relay", text: "select pg_notify('postwatch_relay', '')" };

/**
 * Wakes the relays after a commit. Not in its transaction: PostgreSQL has those that notify commit one after the other,
 * each waiting for the disk alone. The first rings at once; whoever rings within 50 ms of it shares the next. One that is lost
 * costs what the relay waits before it looks by itself.
 */
export class RelayBell {
  private isRinging = false;
  private isWanted = false;

  constructor(private readonly pool: Pool) {}

  /** Returns at once; never throws. */
  ring(): void {
    this.isWanted = true;
    if (!this.isRinging) void this.run();
  }

  private async run(): Promise<void> {
    this.isRinging = true;
    while (this.isWanted) {
      this.isWanted = false;
      await this.pool.query(RING).catch(() => {});
      await sleep(SHARED_MS, undefined, { ref: false });
    }
    this.isRinging = false;
  }
}
