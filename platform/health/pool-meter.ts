import type { Pool } from "pg";
import { SAMPLES_UNTIL } from "#domain/health/index.js";

/** How full a pool of connections is. A page that loads asks for many things at once: only use that lasts is a burden. */
export class PoolMeter {
  private recent: readonly number[] = [];

  constructor(private readonly pool: Pool) {}

  /** Takes one look; those of a sample share it. */
  look(): void {
    const { most, inUse, waiting } = this.now();
    const percent = Math.min(100, (100 * (inUse + waiting)) / most);
    this.recent = [...this.recent, percent].slice(-SAMPLES_UNTIL.worse);
  }

  now(): { readonly most: number; readonly inUse: number; readonly idle: number; readonly waiting: number } {
    const { totalCount, idleCount, waitingCount, options } = this.pool;
    return { most: options.max, inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** The least of the last three looks, those who wait for a connection included; 0 before there were three. */
  get lastingPercent(): number {
    return this.recent.length < SAMPLES_UNTIL.worse ? 0 : Math.min(...this.recent);
  }
}
