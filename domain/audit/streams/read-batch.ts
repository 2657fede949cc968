import type { Id } from "../../ids.js";
import type { Reader } from "../../operation.js";
import { findSealedEntries } from "../chain.queries.js";
import { bodyOf, type EntryBody } from "../entry-body.js";
import { revealedOf } from "../read-chain.js";
import type { RevealedValue } from "../verify/records.js";
import { findNextSeq } from "./delivery.queries.js";

/** At most so many entries at once. */
export const MOST_ENTRIES = 200;

export interface StreamedEntry {
  readonly seq: number;
  /** Null where the entry is not there any more: a fault, which the check of the record names. */
  readonly body: EntryBody | null;
  readonly revealed: readonly RevealedValue[];
}

/** The next entries of a chain in the order of their numbers; empty where retention has left none. */
export async function readBatch(reader: Reader, chain: Id, after: number): Promise<StreamedEntry[]> {
  const firstSeq = await findNextSeq(reader, chain, after);
  if (firstSeq === null) return [];
  const lastSeq = firstSeq + MOST_ENTRIES - 1;
  const entries = new Map<number, StreamedEntry>();
  for (const row of await findSealedEntries(reader, chain, { firstSeq, lastSeq })) {
    const isThere = row.id !== null;
    entries.set(row.seq, {
      seq: row.seq,
      body: isThere ? bodyOf(row) : null,
      revealed: isThere ? (row.known ?? []).flatMap(revealedOf) : [],
    });
  }
  return [...entries.values()];
}
