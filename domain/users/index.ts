export * from "./session.entity.js";
export * from "./user.entity.js";
