export * from "./health-sample.js";
export * from "./thresholds.js";
