import { campaignChannel, type CampaignHint } from "#domain/channels.js";
import { accountingOf, findCampaign } from "#domain/campaigns/index.js";
import { changesAfter, findMessages, headOfChanges, type MessageChange } from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import { found } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { messageOf } from "../emails/message.type.js";
import { shownTo } from "../masking.js";
import { feedCursors } from "../feed/cursor.js";
import type { After, GapReason } from "../feed/gap.type.js";
import { resumed, type FeedLog } from "../feed/resumed.js";
import { campaignOf } from "./campaign.type.js";
import type { CampaignActivityEvent } from "./campaign-activity.type.js";

/** Whoever is further behind is told the whole state instead of every change. */
export const MOST_CHANGES = 1_000;

interface Wanted extends After {
  /** Each change of a message by itself; otherwise the state alone, which is whole at any time. */
  readonly withChanges: boolean;
}

/** The campaign as it is, and what happens to its messages, from a cursor on. @throws InvalidInputError, NotFoundError */
export async function campaignFeed(context: SchemaContext, id: Id, { after, withChanges }: Wanted) {
  const { op } = context;
  const cursors = feedCursors("campaignActivity", op.tenantId, id);
  const place = cursors.readNumber(after);
  // Refused at once, not with the first event.
  found(await findCampaign(op, op.scope, id), "campaign");
  return resumed<number, CampaignActivityEvent, CampaignHint>(context, {
    log: campaignLog(context, id, withChanges, (seq) => cursors.of(seq)),
    after: place,
    channel: campaignChannel(id),
  });
}

function campaignLog(
  { op }: SchemaContext,
  id: Id,
  withChanges: boolean,
  cursorAt: (seq: number) => string,
): FeedLog<number, CampaignActivityEvent, CampaignHint> {
  const stateWith = async (messageIds: readonly Id[]) => {
    const [campaign, accounting, messages] = await Promise.all([
      findCampaign(op, op.scope, id),
      accountingOf(op, op.scope, [id]),
      findMessages(op, op.scope, messageIds),
    ]);
    const state = {
      accounting: found(accounting.get(id), "campaign"),
      campaign: campaignOf(found(campaign, "campaign")),
    };
    return (seq: number, about: Id | null, more: { change?: MessageChange; gap?: GapReason } = {}) => {
      const message = about === null ? undefined : messages.get(about);
      return {
        cursor: cursorAt(seq),
        ...state,
        message: message ? messageOf(op, message) : null,
        change: more.change ? shownTo(op, more.change) : null,
        gap: more.gap ? { reason: more.gap } : null,
      };
    };
  };
  return {
    head: () => headOfChanges(op, op.scope, id),
    async readAfter(place, hint) {
      const read = await changesAfter(op, op.scope, id, place, withChanges ? MOST_CHANGES + 1 : 0);
      const { head, changes } = read ?? { head: place, changes: [] };
      const gap = head < place ? "AHEAD" : changes.length > MOST_CHANGES ? "TOO_FAR_BEHIND" : undefined;
      if (gap || changes.length === 0) {
        // What has no change on record may have changed all the same: a message that is put off, the campaign itself.
        const about = gap ? null : (hint?.messageId ?? null);
        const event = (await stateWith(about === null ? [] : [about]))(head, about, { gap });
        return { events: [event], upTo: head, hasMore: false };
      }
      const stateAt = await stateWith([...new Set(changes.map(({ messageId }) => messageId))]);
      return {
        events: changes.map((change) => stateAt(change.seq, change.messageId, { change })),
        upTo: head,
        hasMore: false,
      };
    },
  };
}
