/** Figures from the API: rows of `stepMs`, times in ms, oldest first; null is no value. */
export interface Block {
  at: readonly number[];
  stepMs: number;
  /** By name of the line. */
  columns: Readonly<Record<string, readonly (number | null)[]>>;
}

/** One line: its column of a block, and its column of the tail with how several samples become one. */
export interface Line {
  name: string;
  tail: number;
  merge: "mean" | "max";
}

export interface Window {
  fromMs: number;
  toMs: number;
  /** Samples of the tail that are closer together than this become one row. */
  stepMs: number;
}

/** Times in seconds, then one column a line, as uPlot takes them. */
export type Rows = [at: number[], ...lines: (number | null)[][]];

const leastGapMs = 3_000;
const gapSteps = 2.5;

/** Collects rows in order, and a row of nulls where too much time is between two of them. */
class RowWriter {
  readonly rows: Rows;
  private lastMs = Number.NaN;
  private lastStepMs = 0;

  constructor(width: number) {
    this.rows = [[], ...Array.from({ length: width }, () => [])];
  }

  write(atMs: number, stepMs: number, values: readonly (number | null)[]) {
    if (atMs - this.lastMs > Math.max(leastGapMs, gapSteps * this.lastStepMs))
      this.append(this.lastMs + this.lastStepMs, []);
    this.append(atMs, values);
    this.lastMs = atMs;
    this.lastStepMs = stepMs;
  }

  private append(atMs: number, values: readonly (number | null)[]) {
    this.rows[0].push(atMs / 1000);
    for (let index = 1; index < this.rows.length; index++)
      (this.rows[index] as (number | null)[]).push(values[index - 1] ?? null);
  }
}

/** Reads the tail step by step. */
class TailReader {
  private index: number;
  private readonly at: Float64Array;

  constructor(
    private readonly tail: readonly Float64Array[],
    private readonly lines: readonly Line[],
    private readonly window: Window,
  ) {
    this.at = tail[0] ?? new Float64Array();
    this.index = firstFrom(this.at, window.fromMs);
  }

  /** When the next sample was taken; Infinity after the last. */
  nextMs(): number {
    const at = this.at[this.index];
    return at === undefined || at > this.window.toMs ? Infinity : at;
  }

  /** Writes one row of the samples of one step. */
  writeStep(writer: RowWriter) {
    const atMs = this.nextMs();
    const { stepMs } = this.window;
    const endMs = (Math.floor(atMs / stepMs) + 1) * stepMs;
    const from = this.index;
    while (this.nextMs() < endMs) this.index++;
    const values = this.lines.map(({ tail, merge }) =>
      mergedOf(this.tail[tail] ?? new Float64Array(), from, this.index, merge),
    );
    writer.write(atMs, stepMs, values);
  }
}

function mergedOf(column: Float64Array, from: number, to: number, merge: Line["merge"]): number | null {
  let sum = 0;
  let most = -Infinity;
  let count = 0;
  for (let index = from; index < to; index++) {
    const value = column[index] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    most = Math.max(most, value);
    count++;
  }
  if (count === 0) return null;
  return merge === "max" ? most : sum / count;
}

/** Index of the first time that is not before `fromMs`. */
function firstFrom(at: Float64Array | readonly number[], fromMs: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * History and tail as one: where there are samples of the tail they are shown, finer than any row of the history, and
 * elsewhere the history. A row without any value is no row; more than two steps without one are a gap.
 */
export function rowsOf(
  block: Block | undefined,
  tail: readonly Float64Array[],
  lines: readonly Line[],
  window: Window,
): Rows {
  const writer = new RowWriter(lines.length);
  const reader = new TailReader(tail, lines, window);
  const columns = lines.map(({ name }) => block?.columns[name] ?? []);
  const at = block?.at ?? [];
  const stepMs = block?.stepMs ?? 0;
  for (let index = firstFrom(at, window.fromMs - stepMs); index < at.length; index++) {
    const rowMs = at[index]!;
    if (rowMs > window.toMs) break;
    while (reader.nextMs() < rowMs) reader.writeStep(writer);
    if (reader.nextMs() < rowMs + stepMs) continue;
    const values = columns.map((column) => column[index] ?? null);
    if (values.some((value) => value !== null)) writer.write(rowMs, stepMs, values);
  }
  while (reader.nextMs() < Infinity) reader.writeStep(writer);
  return writer.rows;
}
