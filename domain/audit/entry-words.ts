import { isCommitment } from "./commitment.js";
import type { Unsealed } from "./sealing.queries.js";

const LONGEST = 20_000;

/** What an entry is found by: everything in it that is text, and what is known of the people it tells of. */
export function wordsOf(entry: Unsealed): string {
  const { action, actorKind, actorLabel, targets, outcome, reasonCode, changes, context, known } = entry;
  const parts: string[] = [action, ...action.split("."), actorKind, outcome, reasonCode ?? ""];
  collect([actorLabel, targets, changes, context], parts);
  for (const fields of known)
    collect(
      Object.values(fields).map(([, value]) => value),
      parts,
    );
  return parts.join(" ").slice(0, LONGEST);
}

function collect(value: unknown, into: string[]): void {
  if (typeof value === "string" || typeof value === "number") into.push(String(value));
  else if (Array.isArray(value)) for (const member of value) collect(member, into);
  else if (typeof value === "object" && value !== null && !isCommitment(value))
    for (const member of Object.values(value)) collect(member, into);
}
