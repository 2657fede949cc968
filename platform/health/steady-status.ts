import { HEALTH_STATUSES, SAMPLES_UNTIL, type HealthStatus } from "#domain/health/index.js";

const rank = (status: HealthStatus): number => HEALTH_STATUSES.indexOf(status);

/** While everything starts, the state is simply what is seen. */
const WARM_UP = 5;

/** The state of one part, which a single spike does not change: worse after three samples, better after five. */
export class SteadyStatus {
  private status: HealthStatus | null = null;
  private candidate: HealthStatus | null = null;
  private streak = 0;
  private samples = 0;

  next(seen: HealthStatus): HealthStatus {
    this.samples += 1;
    if (this.status === null || seen === this.status || this.samples <= WARM_UP) return this.settle(seen);
    const isWorse = rank(seen) > rank(this.status);
    const wasWorse = this.candidate !== null && rank(this.candidate) > rank(this.status);
    this.streak = this.candidate !== null && isWorse === wasWorse ? this.streak + 1 : 1;
    this.candidate = seen;
    return this.streak >= (isWorse ? SAMPLES_UNTIL.worse : SAMPLES_UNTIL.better)
      ? this.settle(seen)
      : this.status;
  }

  private settle(status: HealthStatus): HealthStatus {
    this.status = status;
    this.candidate = null;
    this.streak = 0;
    return status;
  }
}
