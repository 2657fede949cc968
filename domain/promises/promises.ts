import { allAccountedFor } from "./all-accounted-for.js";
import { neverTwice } from "./never-twice.js";
import { ownLeadsOnly } from "./own-leads-only.js";
import type { PromiseDefinition } from "./promise.js";
import { recordVerifies } from "./record-verifies.js";
import { statesHaveEvents } from "./states-have-events.js";
import { stepsInOrder } from "./steps-in-order.js";
import { stoppedSendsNothing } from "./stopped-sends-nothing.js";
import { sumsAreRecounts } from "./sums-are-recounts.js";
import { suppressionCancels } from "./suppression-cancels.js";
import { suppressedNotMailed } from "./suppressed-not-mailed.js";

/** In the order in which people read them. */
export const PROMISES: readonly PromiseDefinition[] = [
  neverTwice,
  suppressedNotMailed,
  suppressionCancels,
  stoppedSendsNothing,
  stepsInOrder,
  ownLeadsOnly,
  allAccountedFor,
  statesHaveEvents,
  recordVerifies,
  sumsAreRecounts,
];
