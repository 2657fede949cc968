/** The first rows of a CSV text, as far as they are needed to look at it. */
export interface CsvSample {
  delimiter: string;
  header: string[];
  rows: string[][];
}

const delimiters = [",", ";", "\t", "|"];

function guessDelimiter(firstLine: string): string {
  const unquoted = firstLine.replace(/"[^"]*"/g, "");
  const counted = delimiters.map((each) => ({ each, count: unquoted.split(each).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).each;
}

/** Reads quoted fields, doubled quotes and line breaks inside quotes; stops after `limit` rows. */
function readRows(text: string, delimiter: string, limit: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let quoted = false;
  const endRow = () => {
    row.push(field);
    if (row.some((each) => each.trim() !== "")) rows.push(row);
    row = [];
    field = "";
  };
  for (let at = 0; at < text.length && rows.length < limit; at++) {
    const char = text[at] as string;
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') field += text[++at] as string;
      else quoted = false;
    } else if (char === '"' && field === "") quoted = true;
    else if (char === delimiter) {
      row.push(field);
      field = "";
    } else if (char === "\n") endRow();
    else if (char !== "\r") field += char;
  }
  if (rows.length < limit && (field !== "" || row.length > 0)) endRow();
  return rows;
}

/** The header and the first `limit` rows; undefined when there is no text. The server reads the file itself. */
export function sampleCsv(text: string, limit = 5): CsvSample | undefined {
  const clean = text.replace(/^\uFEFF/, "");
  const firstLine = clean.split(/\r?\n/).find((line) => line.trim() !== "");
  if (firstLine === undefined) return undefined;
  const delimiter = guessDelimiter(firstLine);
  const [header = [], ...rows] = readRows(clean, delimiter, limit + 1);
  return { delimiter, header: header.map((name) => name.trim()), rows };
}
