import { parse, CsvError, type Info, type Parser } from "csv-parse";
import type { ImportFailure } from "./import-batch.entity.js";

/** A refusal of the whole file: where and what to do about it. */
export class CsvRefusal extends Error {
  readonly failure: ImportFailure;
  constructor(code: string, message: string, at: { row?: number | null; column?: string | null } = {}) {
    super(message);
    this.failure = { code, message, row: at.row ?? null, column: at.column ?? null };
  }
}

/** One row of the file. */
export interface CsvRow {
  /** The line of the file on which the row ends; the header is line 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

/** A row is at most this long; a quote that is never closed would otherwise swallow the rest of the file. */
const LONGEST_ROW = 128 * 1024;
const DELIMITERS = [",", ";", "\t", "|"] as const;

/**
 * Reads RFC 4180 text row by row; comma, semicolon, tab or bar, whichever the header uses most. Empty lines are passed over.
 * @throws CsvRefusal for what is not UTF-8, a broken quote, or a row that is too long: with the row's number.
 */
export async function* readCsv(content: AsyncIterable<Buffer>): AsyncGenerator<CsvRow> {
  const text = decodeUtf8(content);
  const start = await untilHeaderEnds(text);
  if (start === "")
    throw new CsvRefusal("FILE_EMPTY", "The file is empty. It needs a header line and at least one row.");
  const parser = openParser(delimiterOf(start));
  const fed = feed(parser, start, text);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>)
      // A row with line breaks in its cells has several lines: the line on which it ends is its number.
      yield { row: info.lines, cells: record };
    await fed;
  } catch (error) {
    throw error instanceof CsvError ? refusalOf(error) : error;
  } finally {
    parser.destroy();
    await fed.catch(() => {});
  }
}

function openParser(delimiter: string): Parser {
  return parse({
    delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
  });
}

/** Hands the text on as fast as rows are taken. */
async function feed(parser: Parser, first: string, rest: AsyncGenerator<string>): Promise<void> {
  try {
    for (
      let piece: string | undefined = first;
      piece !== undefined;
      piece = (await rest.next()).value as string | undefined
    ) {
      if (parser.destroyed) return;
      if (!parser.write(piece))
        await new Promise<void>((resolve) => parser.once("drain", resolve).once("close", resolve));
    }
    parser.end();
  } catch (error) {
    parser.destroy(error as Error);
  }
}

/** The first pieces, as many as it takes to have the whole header; empty when there is no text. */
async function untilHeaderEnds(text: AsyncGenerator<string>): Promise<string> {
  let start = "";
  while (start.length <= LONGEST_ROW && !/[\r\n]/.test(unquoted(start))) {
    const piece = await text.next();
    if (piece.done) break;
    start += piece.value;
  }
  return start;
}

function delimiterOf(start: string): string {
  const [header = ""] = unquoted(start)
    .trimStart()
    .split(/[\r\n]/, 1);
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

/** Without empty lines before it and what stands in quotes, closed or not yet: separators and line breaks there are text. */
function unquoted(text: string): string {
  return text.replace(/^[\r\n]+/, "").replace(/"[^"]*("|$)/g, '""');
}

async function* decodeUtf8(content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for await (const chunk of content) {
    if (line === 1 && (startsWith(chunk, 0xff, 0xfe) || startsWith(chunk, 0xfe, 0xff)))
      throw new CsvRefusal(
        "ENCODING",
        "The file is in UTF-16. Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”).",
        { row: 1 },
      );
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      throw new CsvRefusal(
        "ENCODING",
        "The file is not UTF-8: it has bytes of another encoding, such as Latin-1. Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”).",
        { row: line + lineOfFirstFault(chunk) },
      );
    }
    if (text.includes("\0"))
      throw new CsvRefusal("BINARY", "The file has NUL bytes: it is not a text file.", { row: line });
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) line += 1;
    if (text !== "") yield text;
  }
  try {
    decoder.decode();
  } catch {
    throw new CsvRefusal(
      "ENCODING",
      "The file ends in the middle of a character: it is cut off or not UTF-8.",
      { row: line },
    );
  }
}

const startsWith = (chunk: Buffer, ...bytes: number[]): boolean =>
  bytes.every((byte, i) => chunk[i] === byte);

/** Lines before the first byte sequence that is not UTF-8; a sequence cut at either end of the piece is not a fault. */
function lineOfFirstFault(chunk: Buffer): number {
  const lines = chunk.toString("latin1").split("\n");
  const faulty = lines.findIndex((line, i) => {
    const bytes = Buffer.from(line, "latin1");
    return i > 0 && i < lines.length - 1
      ? Buffer.compare(Buffer.from(bytes.toString("utf8"), "utf8"), bytes) !== 0
      : bytes.toString("utf8").includes("�");
  });
  return Math.max(0, faulty);
}

function refusalOf(error: CsvError): CsvRefusal {
  const { lines } = error as CsvError & { lines?: number };
  const row = lines ?? null;
  const messages: Record<string, string> = {
    CSV_QUOTE_NOT_CLOSED:
      'A quoted cell is opened and never closed. Close the quote, or double it ("") if it belongs to the text.',
    INVALID_OPENING_QUOTE:
      'A quote stands in the middle of a cell. Quote the whole cell and double the quote inside ("").',
    CSV_INVALID_CLOSING_QUOTE:
      'After a closing quote something else than a separator follows. Double the quote inside a cell ("").',
    CSV_MAX_RECORD_SIZE: "A row is longer than 128 kB: a quote is probably opened and never closed.",
  };
  return new CsvRefusal(
    error.code === "CSV_MAX_RECORD_SIZE" ? "ROW_TOO_LONG" : "QUOTE_BROKEN",
    messages[error.code] ?? "The file is not well-formed CSV here.",
    { row },
  );
}
