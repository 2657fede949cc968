const WINDOW_MS = 60_000;

/**
 * How many reports leave in a minute: of one kind, and in all. A fault that every request meets must not become a
 * report a request; the log has them all.
 */
export class ReportBudget {
  private windowEnd = 0;
  private all = 0;
  private readonly ofKind = new Map<string, number>();

  constructor(
    private readonly mostOfKind: number,
    private readonly most: number,
    private readonly now: () => number = Date.now,
  ) {}

  take(kind: string): boolean {
    const now = this.now();
    if (now >= this.windowEnd) {
      this.windowEnd = now + WINDOW_MS;
      this.all = 0;
      this.ofKind.clear();
    }
    const taken = this.ofKind.get(kind) ?? 0;
    if (this.all >= this.most || taken >= this.mostOfKind) return false;
    this.all += 1;
    this.ofKind.set(kind, taken + 1);
    return true;
  }
}
