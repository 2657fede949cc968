export * from "./campaign-version.entity.js";
export * from "./campaign.entity.js";
export * from "./campaign.lifecycle.js";
export * from "./enrollment.entity.js";
export * from "./step.entity.js";
