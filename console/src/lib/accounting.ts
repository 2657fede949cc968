import type { Introspected } from "../api/graphql";

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
