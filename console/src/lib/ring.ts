/**
 * Rows of numbers over time in columns, the newest `capacity` of them. The first column is the time; a row that is not
 * later than the last is dropped. NaN is no value.
 */
export class Ring {
  private readonly columns: readonly Float64Array[];
  private start = 0;
  private end = 0;

  constructor(
    width: number,
    private readonly capacity: number,
  ) {
    // Twice the room: views stay contiguous, and rows are moved once in `capacity` pushes.
    this.columns = Array.from({ length: width }, () => new Float64Array(capacity * 2));
  }

  get length(): number {
    return this.end - this.start;
  }

  /** False when it was not later than the last one. */
  push(row: readonly number[]): boolean {
    const last = this.length ? this.columns[0]![this.end - 1]! : -Infinity;
    if (!(row[0]! > last)) return false;
    if (this.end === this.capacity * 2) this.moveToFront();
    this.columns.forEach((column, index) => (column[this.end] = row[index] ?? Number.NaN));
    this.end++;
    if (this.length > this.capacity) this.start++;
    return true;
  }

  /** The columns, oldest first; valid until the next push. */
  view(): readonly Float64Array[] {
    return this.columns.map((column) => column.subarray(this.start, this.end));
  }

  private moveToFront() {
    for (const column of this.columns) column.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
  }
}
