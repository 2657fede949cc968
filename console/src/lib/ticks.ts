const nice = [1, 2, 5, 10];

/** Whole-number ticks from 0 to at least `max`, at most `most` steps. */
export function wholeTicks(max: number, most = 4): number[] {
  const rough = Math.max(1, max) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, (nice.find((each) => each * power >= rough) ?? 10) * power);
  const steps = Math.max(1, Math.ceil(max / step));
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

/** Shows every n-th label so that neighbours keep their distance. */
export const labelEvery = (bars: number, room: number) => Math.max(1, Math.ceil(bars / Math.max(1, room)));
