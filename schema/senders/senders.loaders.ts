import type { Id } from "#domain/ids.js";
import { findSenders } from "#domain/senders/index.js";
import { defineLoader } from "../loaders.js";
import { senderOf, type Sender } from "./sender.type.js";

export const senderLoader = defineLoader<Id, Sender>(
  async (op, ids) =>
    new Map((await findSenders(op, op.tenantId, ids)).map((view) => [view.id, senderOf(view)])),
);
