export * from "./freeze.js";
export * from "./sending-state.queries.js";
export * from "./fence.js";
