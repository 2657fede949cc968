/**
 * What a spreadsheet takes for a formula, also after blanks, and the full-width signs that some read as the plain ones.
 * Also what begins with a tab or a line break: cells are split there by some.
 */
const FORMULA = /^(?:[\t\r\n]|[\s\u00a0\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])/u;

/**
 * A line of RFC 4180. Text is always quoted, and begins with ' where a spreadsheet would take it for a formula; numbers
 * stay numbers and nothing is nothing.
 */
export function csvLine(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: string | number | boolean | null): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  return `"${(FORMULA.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`;
}
