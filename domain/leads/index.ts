export * from "./import-batch.entity.js";
export * from "./lead-list.entity.js";
export * from "./lead.entity.js";
export * from "./suppression.entity.js";
