import type { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { RateLimitedError } from "#domain/errors.js";
import { refusalOf, secondsOf, type Counters } from "./counters.js";

/** What a caller has spent of their points. */
export interface BudgetState {
  /** Points a minute. */
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** When the window is over. */
  readonly resetAt: Date;
}

/** The points of one caller in this minute, over all servers. */
export interface RequestBudget {
  readonly state: BudgetState;
  /** @throws RateLimitedError when they run out; what was asked for is not to be done then */
  spend(points: number): Promise<void>;
  /** One of what is kept for stopping, for a caller who has no points left. @throws RateLimitedError as above */
  spendReserve(): Promise<void>;
}

/** How often a minute somebody without points may still pause, cancel and sign out. */
export const STOPS_A_MINUTE = 10;

/** 100 points a minute by default: a request costs one, an expensive document more. */
export class RequestLimits {
  private readonly counter: RateLimiterRedis;
  private readonly reserve: RateLimiterRedis;

  constructor(
    counters: Counters,
    private readonly perMinute: number,
  ) {
    this.counter = counters.open({ name: "requests", points: perMinute, seconds: 60 });
    this.reserve = counters.open({ name: "stops", points: STOPS_A_MINUTE, seconds: 60 });
  }

  /** @param caller a person, a session or a network */
  open(caller: string): RequestBudget {
    return new Budget(this.counter, this.reserve, caller, this.perMinute);
  }
}

class Budget implements RequestBudget {
  private used = 0;
  private resetAt = new Date();

  constructor(
    private readonly counter: RateLimiterRedis,
    private readonly reserve: RateLimiterRedis,
    private readonly caller: string,
    private readonly limit: number,
  ) {}

  get state(): BudgetState {
    const { limit, used, resetAt } = this;
    return { limit, used, remaining: Math.max(0, limit - used), resetAt };
  }

  async spend(points: number): Promise<void> {
    try {
      this.note(await this.counter.consume(this.caller, points));
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      this.note(refusal);
      throw new RateLimitedError(secondsOf(refusal));
    }
  }

  async spendReserve(): Promise<void> {
    try {
      await this.reserve.consume(this.caller);
    } catch (thrown) {
      throw new RateLimitedError(secondsOf(refusalOf(thrown)));
    }
  }

  private note({ consumedPoints, msBeforeNext }: RateLimiterRes): void {
    this.used = Math.min(consumedPoints, this.limit);
    this.resetAt = new Date(Date.now() + msBeforeNext);
  }
}
