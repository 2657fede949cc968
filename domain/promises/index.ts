export * from "./look.queries.js";
export * from "./promise.js";
export * from "./promises.js";
export * from "./read-promises.js";
export * from "./round.queries.js";
export * from "./tell-broken.js";
