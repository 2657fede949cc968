export * from "./emails.jobs.js";
export * from "./message-event.entity.js";
export * from "./message.entity.js";
export * from "./message.lifecycle.js";
export * from "./messages.queries.js";
