export * from "./capacities.js";
export * from "./capacity.js";
export * from "./lead-windows.js";
export * from "./planner.js";
export * from "./send-schedule.js";
export * from "./shared-capacities.js";
