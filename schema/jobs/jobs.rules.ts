import { discardDeadJobs, retryDeadJobs } from "#domain/jobs/change-dead-jobs.js";
import { discardJob, promoteJob, restoreJob, retryJob } from "#domain/jobs/change-job.js";
import { pauseQueue, resumeQueue, updateQueue } from "#domain/jobs/change-queue.js";
import {
  pauseSchedule,
  resumeSchedule,
  runScheduleNow,
  updateSchedule,
} from "#domain/jobs/change-schedule.js";
import type { ShelfRules } from "../access/rules.js";

export const jobsRules: ShelfRules = {
  Query: {
    queues: "system:jobs",
    jobs: "system:jobs",
    job: "system:jobs",
    failedJobGroups: "system:jobs",
    jobMetrics: "system:jobs",
    jobTypes: "system:jobs",
    schedules: "system:jobs",
    workers: "system:health",
  },
  Mutation: {
    retryJob: retryJob.permission,
    discardJob: discardJob.permission,
    restoreJob: restoreJob.permission,
    promoteJob: promoteJob.permission,
    retryDeadJobs: retryDeadJobs.permission,
    discardDeadJobs: discardDeadJobs.permission,
    pauseQueue: pauseQueue.permission,
    resumeQueue: resumeQueue.permission,
    updateQueue: updateQueue.permission,
    runScheduleNow: runScheduleNow.permission,
    pauseSchedule: pauseSchedule.permission,
    resumeSchedule: resumeSchedule.permission,
    updateSchedule: updateSchedule.permission,
  },
  Subscription: { jobUpdated: "system:jobs", queueUpdated: "system:jobs", workersUpdated: "system:health" },
};
