import {
  pauseEnrollment,
  recordGoal,
  recordReply,
  resumeEnrollment,
  stopEnrollment,
} from "#domain/enrollments/index.js";
import type { ShelfRules } from "../access/rules.js";

export const enrollmentsRules: ShelfRules = {
  Mutation: {
    recordReply: recordReply.permission,
    recordGoal: recordGoal.permission,
    stopEnrollment: stopEnrollment.permission,
    pauseEnrollment: pauseEnrollment.permission,
    resumeEnrollment: resumeEnrollment.permission,
  },
};
