import type { Pool } from "pg";

const RING = { name: "ring_relay", text: "select pg_notify('postwatch_relay', '')" };

/**
 * Wakes the relays after a commit. Not in its transaction: PostgreSQL has those that notify commit one after the other,
 * each waiting for the disk alone. Whoever rings while one is on its way shares the next; one that is lost costs what
 * the relay waits before it looks by itself.
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
    }
    this.isRinging = false;
  }
}
