export * from "./notifications.js";
