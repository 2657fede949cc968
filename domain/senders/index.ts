export * from "./keep-paces.js";
export * from "./pace.queries.js";
export * from "./sender-commands.js";
export * from "./sender.entity.js";
export * from "./senders.jobs.js";
export * from "./senders.queries.js";
export * from "./sending-limits.js";
export * from "./sending-limits.queries.js";
