import canonicalize from "canonicalize";
import { anchorSeals, type Anchor } from "#domain/audit/anchors.queries.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import { appendLines, postLines } from "#platform/audit-anchors.js";
import type { Config } from "#platform/config.js";
import type { JobHandler, JobRun } from "../job-handler.js";

export type AnchorSettings = Pick<Config["audit"], "anchorFile" | "anchorUrl">;

/** Takes the newest seals outside; where one of the places is out of reach, the next minute tries again. */
export function auditAnchorHandler({
  anchorFile,
  anchorUrl,
}: AnchorSettings): JobHandler<{ fireAt: string }> {
  return async ({ op, progress }: JobRun<{ fireAt: string }>): Promise<Outcome> => {
    const anchored = await anchorSeals(op, async (anchors) => {
      const lines = linesOf(anchors);
      await appendLines(anchorFile, lines);
      if (anchorUrl !== undefined) await postLines(anchorUrl, lines);
    });
    await progress({ anchored });
    return done;
  };
}

const linesOf = (anchors: readonly Anchor[]): string =>
  anchors.map((anchor) => `${canonicalize(anchor)!}\n`).join("");
