import { resolveAs, type Evidence, type Resolution, type UncertainMessage } from "../emails/index.js";
import type { FieldChange } from "../events.js";
import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import type { FrozenContent } from "./campaign-version.entity.js";
import type { Campaign } from "./campaign.entity.js";
import { reopen } from "./campaign.lifecycle.js";
import { hasOpenMessages } from "./campaign-messages.queries.js";
import { nextStepAfter } from "./next-step.js";

const CONTENTS = statement<{ id: Id; content: FrozenContent }>(
  "contents_of_versions",
  "select id, content from campaign_version where tenant_id = $1 and id = any($2::uuid[])",
);

export interface Resolved {
  readonly ids: readonly Id[];
  /** For the record: of the messages, and of the campaign where it goes on. */
  readonly changes: readonly FieldChange[];
}

/**
 * Resolves messages of a locked campaign, one statement a step and version. A campaign that had completed goes on where
 * mail is to be sent after all.
 */
export async function resolveUncertain(
  op: UnitOfWork,
  campaign: Campaign,
  resolution: Resolution,
  messages: readonly UncertainMessage[],
  evidence: Evidence,
): Promise<Resolved> {
  const current = campaign.launchedVersionId;
  const versionIds = [
    ...new Set([...messages.map(({ versionId }) => versionId), ...(current ? [current] : [])]),
  ];
  const versions = await op.query(CONTENTS, [op.tenantId, versionIds]);
  const contentOf = new Map(versions.map(({ id, content }) => [id, content]));
  // What was cancelled or put away goes no further.
  const goesOn = campaign.status !== "CANCELLED" && campaign.status !== "ARCHIVED";
  const at = new Map(messages.map(({ id }, index) => [id, index]));
  const groups = new Map<string, UncertainMessage[]>();
  for (const message of messages) {
    const key = `${message.versionId}:${message.stepId}`;
    const group = groups.get(key);
    if (group) group.push(message);
    else groups.set(key, [message]);
  }
  const ids: Id[] = [];
  for (const group of groups.values()) {
    const { versionId, stepId } = group[0]!;
    const content = contentOf.get(versionId);
    const holding = (current && contentOf.get(current)) ?? content;
    const next = goesOn && holding ? nextStepAfter(holding, stepId, content) : null;
    const own = group.map(({ id }) => at.get(id)!);
    const said = {
      ...evidence,
      texts: evidence.texts.length === 1 ? evidence.texts : own.map((index) => evidence.texts[index]!),
      replies: evidence.replies && own.map((index) => evidence.replies![index] ?? null),
    };
    ids.push(
      ...(await resolveAs(
        op,
        resolution,
        group.map(({ id }) => id),
        said,
        next,
      )),
    );
  }
  const changes: FieldChange[] = [
    { field: "outcome", before: "UNCERTAIN", after: resolution },
    { field: "messages", before: null, after: ids.length },
  ];
  if (campaign.status === "COMPLETED" && (await hasOpenMessages(op, campaign.id))) {
    reopen(campaign);
    changes.push({ field: "status", before: "COMPLETED", after: "RUNNING" });
  }
  if (ids.length > 0) campaign.updatedAt = op.now;
  return { ids, changes };
}
