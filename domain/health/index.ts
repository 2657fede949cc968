export * from "./health-sample.js";
export * from "./health-status.js";
export * from "./history.js";
export * from "./read-history.js";
export { forgetHealth, recordSample, rollUpHealth, SAMPLE_SECONDS } from "./samples.queries.js";
export * from "./signals.js";
export * from "./signals.queries.js";
export * from "./thresholds.js";
