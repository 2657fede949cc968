import { parseLine, type BundleLine } from "./parse-line.js";
import { readEntry, type ReadEntry } from "./read-entry.js";
import type { EntryRecord } from "./records.js";

/** A line as it is checked further: an entry is what has to be known of it, and what is wrong with a line is its words. */
export type ReadLine = Exclude<BundleLine, EntryRecord> | ReadEntry | string;

/** All that can be said of a line by itself, which is most of the work, and may be done anywhere. */
export function readLine(text: string): ReadLine {
  const line = parseLine(text);
  return typeof line !== "string" && line.type === "entry" ? readEntry(line) : line;
}
