export * from "./owning-team.js";
export * from "./team.entity.js";
export * from "./tenant.entity.js";
