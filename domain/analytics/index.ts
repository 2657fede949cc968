export * from "./analytics.jobs.js";
export * from "./overview.queries.js";
