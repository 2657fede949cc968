import type { Capacity, LimitHolder } from "./capacity.js";

/** Several limits at once: a place is free where all of them leave it free, and counts against each. */
export class Capacities {
  private readonly all: readonly Capacity[];
  /** Whose limit kept the newest place from being as early as it was asked for; null: nobody's. */
  heldBy: LimitHolder | null = null;

  constructor(all: readonly (Capacity | null)[]) {
    this.all = all.filter((one): one is Capacity => one !== null && !one.isUnlimited);
  }

  /** Takes the first place from `at` on and before `until`; null when there is none. */
  take(at: number, until: number): number | null {
    const place = this.agree(at, (one, from) => one.find(from, until));
    if (place === null || place >= until) return null;
    for (const one of this.all) one.occupy(place);
    return place;
  }

  /** The first instant from `at` on whose hour and day are full for none. */
  firstFree(at: number): number {
    return this.agree(at, (one, from) => one.firstFree(from))!;
  }

  /** Each moves the place on until none does. */
  private agree(at: number, move: (one: Capacity, from: number) => number | null): number | null {
    for (let place = at; ;) {
      const before = place;
      for (const one of this.all) {
        const moved = move(one, place);
        if (moved === null || moved > place) this.heldBy = one.holder;
        if (moved === null) return null;
        place = moved;
      }
      if (place === before || this.all.length === 1) return place;
    }
  }
}
