import * as v from "valibot";
import { command } from "../command.js";
import { sendStep } from "../emails/index.js";
import { IdSchema } from "../ids.js";
import { AT_ONCE, Planner } from "../planning/index.js";
import { catchUpSchedule, rescheduled } from "./overdue.js";
import {
  endOverdueChoice,
  forgetPlannedHours,
  lockOverdueChoice,
  moveMessages,
  MOVED_FOR,
  overdueMessages,
  skipOverdue,
  unshiftedMessages,
} from "./overdue.queries.js";
import { addSharedHours, onePlannerAtATime, sharedOfMessages } from "./shared-plan.queries.js";
import { addPlannedHours, plannedHours } from "./plan.queries.js";

const BATCH = 2000;

/**
 * Carries out what was chosen for overdue mail, one batch a run; answers how many it has dealt with, 0 when all is done
 * and the lanes may claim again. Writes message, enrollment, campaign_hour and campaign.overdue; the resumption's event covers
 * it. Enqueues emails.sendStep at the end.
 */
export const planOverdue = command({
  name: "planOverdue",
  permission: "internal",
  input: v.object({ campaignId: IdSchema }),
  async run(op, { campaignId }): Promise<number> {
    const locked = await lockOverdueChoice(op, campaignId);
    if (!locked?.choice) return 0;
    const { choice } = locked;
    const schedule = catchUpSchedule(choice, locked.schedule ?? AT_ONCE);
    const read = choice.policy === "SHIFT" ? unshiftedMessages : overdueMessages;
    const messages = await read(op, campaignId, choice.resumedAt, BATCH);
    const ids = messages.map(({ id }) => id);
    if (messages.length === 0) {
      await endOverdueChoice(op, campaignId);
      await op.enqueue(sendStep, { campaignId });
      return 0;
    }
    if (choice.policy === "SKIP") {
      await skipOverdue(op, ids);
      return ids.length;
    }
    // A run that was interrupted goes on with the hours that it has filled.
    if (!choice.isBegun) await forgetPlannedHours(op, campaignId, choice.policy === "SHIFT");
    await onePlannerAtATime(op);
    const start = Date.parse(choice.resumedAt);
    const shared = await sharedOfMessages(op, op.tenantId, messages, start);
    const planned = await plannedHours(op, campaignId, schedule);
    const planner = new Planner(schedule, [], start, planned, shared);
    const places = rescheduled(planner, choice, messages);
    await moveMessages(op, ids, places, MOVED_FOR[choice.policy]);
    await addPlannedHours(op, { campaignId, schedule }, places);
    const shares = messages.map((message, at) => ({ ...message, places: [places[at]!] }));
    await addSharedHours(op, campaignId, shared, shares);
    return ids.length;
  },
});
