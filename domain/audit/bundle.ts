import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { canonicalText } from "./canonical.js";
import { findNumbers } from "./chain.queries.js";
import { microseconds } from "./entry-body.js";
import { readChain } from "./read-chain.js";
import type { AnchorRecord, ProofRecord } from "./verify/records.js";

export const BUNDLE_VERSION = 1;

export interface BundleOptions {
  /** What was asked for, for the reader of the bundle; null: everything. */
  readonly filter: object | string | null;
  /** The entries that match, where not all are wanted; any order. Eight bytes of memory each. */
  readonly entryIds?: Iterable<Id> | AsyncIterable<Id>;
  /** What is known of the chain outside the database. */
  readonly anchors?: AsyncIterable<AnchorRecord>;
}

const NOW = statement<{ now: string }>("bundle_time", `select ${microseconds("clock_timestamp()")} as now`);
const IDS_A_PAGE = 2_000;

/**
 * The lines of a bundle for auditors (docs/audit-format.md), each with its line feed: all seals of the chain, and of the
 * entries all or those that are asked for. Read page by page; what is not read by the consumer is not read here.
 */
export async function* bundleLines(
  reader: Reader,
  chain: Id,
  { filter, entryIds, anchors }: BundleOptions,
): AsyncGenerator<string> {
  const [clock] = await reader.query(NOW);
  yield lineOf({ type: "bundle", version: BUNDLE_VERSION, chain, exportedAt: clock!.now, filter });
  const seqs = entryIds && (await numbersOf(reader, chain, entryIds));
  const count = { entry: 0, seal: 0 };
  for await (const record of readChain(reader, chain, { after: 0, upTo: null, anchors, seqs })) {
    if (record.type === "entry" || record.type === "seal") count[record.type] += 1;
    yield bundleLine(record);
  }
  yield lineOf({ type: "end", entries: count.entry, seals: count.seal });
}

/** The body goes in as it was hashed, so that whoever checks it need not sort its keys anew. */
export function bundleLine(record: ProofRecord): string {
  if (record.type !== "entry") return lineOf(record);
  const { seq, body, revealed } = record;
  return `{"type":"entry","seq":${seq},"body":${canonicalText(body)},"revealed":${JSON.stringify(revealed)}}\n`;
}

const lineOf = (record: object): string => `${JSON.stringify(record)}\n`;

async function numbersOf(
  reader: Reader,
  chain: Id,
  ids: Iterable<Id> | AsyncIterable<Id>,
): Promise<number[]> {
  const numbers: number[] = [];
  const take = async (page: readonly Id[]) => {
    for (const seq of await findNumbers(reader, chain, page)) numbers.push(seq);
  };
  let page: Id[] = [];
  for await (const id of ids) {
    page.push(id);
    if (page.length === IDS_A_PAGE) await take(page.splice(0));
  }
  if (page.length > 0) await take(page);
  return numbers.sort((one, other) => one - other);
}
