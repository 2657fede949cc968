import type { Id } from "../../ids.js";
import type { EntryBody } from "../entry-body.js";
import type { SealBody } from "../seal.js";

/** What a chain is proved by, in the order of docs/audit-format.md: from a database or from the lines of a bundle. */
export type ProofRecord = KeyRecord | PurgeRecord | AnchorRecord | SealRecord | EntryRecord;

export interface KeyRecord {
  readonly type: "key";
  readonly keyId: string;
  /** Hex of 32 bytes. */
  readonly publicKey: string;
  readonly endorsedBy: string | null;
  readonly endorsement: string | null;
}

/** Entries that retention has deleted; their seals stay. */
export interface PurgeRecord {
  readonly type: "purge";
  readonly month: string;
  readonly firstSeal: number;
  readonly lastSeal: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly policy: string;
  readonly at: string;
}

/** A seal as it is known outside the database. */
export interface AnchorRecord {
  readonly type: "anchor";
  readonly at: string;
  readonly chain: Id;
  readonly hash: string;
  readonly keyId: string;
  readonly lastSeq: number;
  readonly number: number;
  readonly signature: string;
}

export interface SealRecord {
  readonly type: "seal";
  readonly seal: SealBody;
  readonly signature: string;
  /** Hex, in the order of seq, null where there is none; none at all where its entries are purged or not asked for. */
  readonly leaves: readonly (string | null)[] | null;
}

export interface EntryRecord {
  readonly type: "entry";
  readonly seq: number;
  readonly body: EntryBody;
  readonly revealed: readonly RevealedValue[];
}

/** A personal value that is not erased, and where in the body its commitment stands. */
export interface RevealedValue {
  readonly path: readonly (string | number)[];
  readonly salt: string;
  readonly value: unknown;
}

/** Whether its entries were taken by retention. */
export const isPurged = ({ number, month }: SealBody, purges: readonly PurgeRecord[]): boolean =>
  purges.some((purge) => purge.month === month && number >= purge.firstSeal && number <= purge.lastSeal);
