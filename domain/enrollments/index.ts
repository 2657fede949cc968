export * from "./enrollments.queries.js";
export * from "./pause-enrollment.js";
export * from "./record-event.js";
export * from "./record-goal.js";
export * from "./record-reply.js";
export * from "./stop-enrollment.js";
