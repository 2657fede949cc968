import type { Id } from "#domain/ids.js";
import {
  jobSubjects,
  knownAddresses,
  memberAddresses,
  type JobSubject,
} from "#domain/jobs/job-subject.queries.js";
import { defineLoader } from "../loaders.js";

export const subjectLoader = defineLoader<Id, JobSubject>((op, ids) => jobSubjects(op, op.tenantId, ids));

export const addressLoader = defineLoader<Id, string>((op, ids) => memberAddresses(op, op.tenantId, ids));

export const knownAddressLoader = defineLoader<string, string>((op, emails) =>
  knownAddresses(op, op.tenantId, emails),
);
