export * from "./notifications.js";
export * from "./dead-letters.js";
