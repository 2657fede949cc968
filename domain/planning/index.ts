export * from "./capacity.js";
export * from "./lead-windows.js";
export * from "./planner.js";
export * from "./send-schedule.js";
