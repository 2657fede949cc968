import type { RequestBudget } from "#platform/rate-limits/request-budget.js";
import type { Budget } from "#schema/context.js";
import type { DocumentPrice } from "./points.js";

/** The caller's points, with the price of the document that is being run. */
export class PricedBudget implements Budget {
  private price: DocumentPrice = { points: 1, nodeCount: 0 };

  constructor(private readonly budget: RequestBudget) {}

  get limit(): number {
    return this.budget.state.limit;
  }
  get used(): number {
    return this.budget.state.used;
  }
  get remaining(): number {
    return this.budget.state.remaining;
  }
  get resetAt(): Date {
    return this.budget.state.resetAt;
  }
  get cost(): number {
    return this.price.points;
  }
  get nodeCount(): number {
    return this.price.nodeCount;
  }

  /** Spends what the document costs beyond the one point of its request. @throws RateLimitedError */
  async pay(price: DocumentPrice): Promise<void> {
    this.price = price;
    if (price.points > 1) await this.budget.spend(price.points - 1);
  }
}
