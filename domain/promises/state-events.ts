import { MESSAGE_STATES, type MessageState } from "../emails/index.js";

/**
 * The event that a message's state comes with. A message whose lead's sequence rests is DEFERRED without one: it waits
 * as before.
 */
const EVENTS_OF_STATE: Readonly<Record<MessageState, readonly string[]>> = {
  PLANNED: ["planned"],
  QUEUED: ["queued"],
  SENDING: ["claimed"],
  SENT: ["sent"],
  DELIVERED: ["delivered"],
  DEFERRED: ["deferred", "queued"],
  BOUNCED_HARD: ["bounced_hard"],
  BOUNCED_SOFT: ["bounced_soft"],
  COMPLAINED: ["complained"],
  FAILED: ["failed", "policy_blocked"],
  UNCERTAIN: ["uncertain"],
  SKIPPED: ["skipped"],
  CANCELLED: ["cancelled"],
};

const array = (words: Iterable<string>): string =>
  `array[${[...words].map((word) => `'${word}'`).join(", ")}]`;

/** SQL: the events that a message's state moves with; others, e.g. opened, leave it where it is. */
export const MOVES = array(new Set([...Object.values(EVENTS_OF_STATE).flat(), "resolved"]));

/** SQL: the events that the state of a message may have come with. */
export const eventsOf = (state: string): string =>
  `case ${state} ${MESSAGE_STATES.map((each) => `when '${each}' then ${array(EVENTS_OF_STATE[each])}`).join(" ")} end`;
