import {
  archiveSender,
  createSender,
  pauseSender,
  resumeSender,
  updateSender,
  updateSendingLimits,
} from "#domain/senders/index.js";
import type { ShelfRules } from "../access/rules.js";

/** Whoever may read campaigns reads whom they are from; only the settings' own people change them. */
export const sendersRules: ShelfRules = {
  Query: { sender: "campaign:read", senders: "campaign:read", sendingLimits: "campaign:read" },
  Mutation: {
    createSender: createSender.permission,
    updateSender: updateSender.permission,
    pauseSender: pauseSender.permission,
    resumeSender: resumeSender.permission,
    archiveSender: archiveSender.permission,
    updateSendingLimits: updateSendingLimits.permission,
  },
};
