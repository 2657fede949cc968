export * from "./overview.queries.js";
