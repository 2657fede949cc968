import type { Verdict } from "./chain-verifier.js";

const count = (number: number, thing: string, things: string): string =>
  `${number.toLocaleString("en")} ${number === 1 ? thing : things}`;

/** What a check found, as lines for people: what there is, what is known outside, and each fault. */
export function tell(verdict: Verdict): string[] {
  const { entries, seals, firstSeq, lastSeq, keyIds, purged, faults, faultCount } = verdict;
  const range = firstSeq === null ? "" : `, seq ${firstSeq} to ${lastSeq}`;
  return [
    `${verdict.isIntact ? "intact" : "NOT INTACT"}: ${count(entries, "entry", "entries")} under ${count(seals, "seal", "seals")}${range}`,
    ...(keyIds.length > 0 ? [`sealed by ${keyIds.join(", then ")}`] : []),
    verdict.anchoredSeq === null
      ? "known outside: nothing, no anchor was at hand"
      : `known outside up to seq ${verdict.anchoredSeq}, at ${verdict.anchoredAt}`,
    ...purged.map(
      ({ month, firstSeq: first, lastSeq: last, policy, at }) =>
        `entries of ${month} (seq ${first} to ${last}) were deleted by retention at ${at}: ${policy}`,
    ),
    ...faults.map(({ message }) => `- ${message}`),
    ...(faultCount > faults.length ? [`- and ${faultCount - faults.length} more`] : []),
  ];
}
