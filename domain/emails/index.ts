export * from "./message-event.entity.js";
export * from "./message.entity.js";
export * from "./message.lifecycle.js";
