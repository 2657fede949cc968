export * from "./directory.js";
export * from "./owning-team.js";
export * from "./settings.js";
export * from "./team-commands.js";
export * from "./team.entity.js";
export * from "./teams.queries.js";
export * from "./tenant.entity.js";
