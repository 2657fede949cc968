import type { AnchorRecord, ProofRecord } from "./records.js";

export type BundleLine =
  | ProofRecord
  | {
      readonly type: "bundle";
      readonly version: number;
      readonly chain: string;
      readonly exportedAt: string;
      readonly filter: unknown;
    }
  | { readonly type: "end"; readonly entries: number; readonly seals: number };

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const hex =
  (characters: number): Check =>
  (value) =>
    typeof value === "string" && value.length === characters && !/[^0-9a-f]/.test(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const object =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    for (const key in checks) if (!checks[key]!((value as Record<string, unknown>)[key])) return false;
    return true;
  };
const anything: Check = (value) => value !== undefined;

const HASH = hex(64);
const SIGNATURE = hex(128);
const KEY_ID = hex(16);

/** The fields that each kind of line needs. */
const LINES: Readonly<Record<BundleLine["type"], Readonly<Record<string, Check>>>> = {
  bundle: { version: whole, chain: text, exportedAt: text, filter: anything },
  key: { keyId: KEY_ID, publicKey: HASH, endorsedBy: orNull(KEY_ID), endorsement: orNull(SIGNATURE) },
  purge: {
    month: text,
    firstSeal: whole,
    lastSeal: whole,
    firstSeq: whole,
    lastSeq: whole,
    policy: text,
    at: text,
  },
  anchor: {
    at: text,
    chain: text,
    hash: HASH,
    keyId: KEY_ID,
    lastSeq: whole,
    number: whole,
    signature: SIGNATURE,
  },
  seal: {
    seal: object({
      v: (value) => value === 1,
      chain: text,
      number: whole,
      firstSeq: whole,
      lastSeq: whole,
      count: whole,
      month: text,
      root: HASH,
      previous: HASH,
      keyId: KEY_ID,
      sealedAt: text,
    }),
    signature: SIGNATURE,
    leaves: orNull(list(orNull(HASH))),
  },
  entry: {
    seq: whole,
    body: object({}),
    revealed: list(
      object({
        path: list((part) => typeof part === "string" || whole(part)),
        salt: hex(32),
        value: anything,
      }),
    ),
  },
  end: { entries: whole, seals: whole },
};

/** @returns what is wrong, to be read after the number of the line, where it is no line of docs/audit-format.md */
export function parseLine(line: string): BundleLine | string {
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(line) as Record<string, unknown> | null;
  } catch {
    return "is no JSON.";
  }
  const type = typeof value === "object" && value !== null ? value.type : undefined;
  if (typeof type !== "string" || !Object.hasOwn(LINES, type)) return "is of no known type.";
  const checks = LINES[type as BundleLine["type"]];
  for (const field in checks)
    if (!checks[field]!(value![field])) return `has "${field}" missing, or not as it has to be in "${type}".`;
  return value as unknown as BundleLine;
}

/** @returns null where the text is no line of an anchor file */
export function parseAnchor(text: string): AnchorRecord | null {
  try {
    const value = JSON.parse(text) as AnchorRecord;
    return object(LINES.anchor)(value) ? { ...value, type: "anchor" } : null;
  } catch {
    return null;
  }
}
