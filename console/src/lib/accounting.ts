import type { Introspected } from "../api/graphql";
import { count, plural } from "./format";

export type Bucket = Introspected<"Bucket">;

export interface BucketCount {
  bucket: Bucket;
  reason: string | null;
  count: number;
}

export interface Accounting {
  audience: number;
  buckets: readonly BucketCount[];
}

type Mails = Record<"total" | Lowercase<Exclude<Bucket, "STOPPED">>, number>;

/** Of a launched sequence also in mails: most of their lives its leads stand at the next one. */
export interface Progressing extends Accounting {
  mails: Mails | null;
}

/** What a bar shows of a campaign's progress: people, of a sequence mails. */
export const progressOf = ({ mails, ...accounting }: Progressing): Accounting =>
  mails
    ? {
        audience: mails.total,
        buckets: bucketOrder.flatMap((bucket) =>
          bucket === "STOPPED"
            ? []
            : [{ bucket, reason: null, count: mails[bucket.toLowerCase() as keyof Mails] }],
        ),
      }
    : accounting;

/** The same in words: "1,240 of 2,000 mails sent", of a campaign of one mail "375 of 400 settled". */
export function progressWords(accounting: Progressing): string {
  const { mails, audience } = accounting;
  if (!mails) return `${count(settledCount(accounting))} of ${count(audience)} settled`;
  return `${count(mails.sent)} of ${plural(mails.total, "mail")} sent`;
}

/** How many of them the words call done. */
export const doneOf = (accounting: Progressing): number =>
  accounting.mails ? accounting.mails.sent : settledCount(accounting);

export interface Segment {
  bucket: Bucket;
  label: string;
  count: number;
  reasons: { reason: string; count: number }[];
}

/** Buckets in the order of a message's life; the colour of each is `--b-<bucket>`. */
export const bucketOrder: readonly Bucket[] = [
  "SENT",
  "SENDING",
  "QUEUED",
  "PLANNED",
  "SKIPPED",
  "STOPPED",
  "CANCELLED",
  "UNCERTAIN",
  "FAILED",
];

export const bucketLabels: Record<Bucket, string> = {
  SENT: "Sent",
  SENDING: "Sending",
  QUEUED: "Queued",
  PLANNED: "Planned",
  SKIPPED: "Skipped",
  STOPPED: "Stopped",
  CANCELLED: "Cancelled",
  UNCERTAIN: "Uncertain",
  FAILED: "Failed",
};

export const bucketColour = (bucket: Bucket) => `var(--b-${bucket.toLowerCase()})`;

/** One segment per bucket, reasons gathered beneath, largest first. Buckets without anybody are left out. */
export function segmentsOf(accounting: Accounting): Segment[] {
  return bucketOrder
    .map((bucket) => {
      const rows = accounting.buckets.filter((row) => row.bucket === bucket);
      const reasons = rows
        .flatMap((row) => (row.reason ? [{ reason: row.reason, count: row.count }] : []))
        .sort((a, b) => b.count - a.count);
      return {
        bucket,
        label: bucketLabels[bucket],
        count: rows.reduce((sum, row) => sum + row.count, 0),
        reasons,
      };
    })
    .filter((segment) => segment.count > 0);
}

export const countIn = (accounting: Accounting, ...buckets: Bucket[]) =>
  accounting.buckets.reduce((sum, row) => sum + (buckets.includes(row.bucket) ? row.count : 0), 0);

/** Everybody who will get no further mail from this campaign, for whatever reason. */
export const settledCount = (accounting: Accounting) =>
  countIn(accounting, "SENT", "SKIPPED", "STOPPED", "CANCELLED", "UNCERTAIN", "FAILED");

/** True when the buckets add up to the audience, as the API promises. */
export const addsUp = (accounting: Accounting) =>
  accounting.buckets.reduce((sum, row) => sum + row.count, 0) === accounting.audience;
