import { installKeys } from "../../console/src/app/keys";
import { JobPage } from "../../console/src/jobs/JobPage";
import { JobsPage } from "../../console/src/jobs/JobsPage";
import { Toaster } from "../../console/src/ui/toast";
import { renderPage, type Answers } from "./harness";
import { connectionOf, meAs, union } from "./team-answers";

const me = () => ({ ...meAs("ADMIN")(), permissions: ["SYSTEM_JOBS_MANAGE", "SYSTEM_HEALTH_READ"] });
const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString();
const ignore = () => undefined;

export { at, connectionOf, union };

/** A queue as the API answers it: at rest unless said otherwise. */
export const queueOf = (name: string, rest: object = {}) => ({
  ...union("Queue"),
  name,
  waiting: 0,
  delayed: 0,
  active: 0,
  failed: 0,
  cancelled: 0,
  discarded: 0,
  succeeded: 0,
  paused: false,
  pausedAt: null,
  pausedBy: null,
  oldestWaitingSeconds: null,
  concurrency: 4,
  lanes: name === "emails" ? 8 : null,
  capacity: 4,
  busy: 0,
  throughput: Array.from({ length: 30 }, (_, index) => ({
    at: at(300 - index * 10),
    succeeded: 0,
    failed: 0,
  })),
  failureRate: 0,
  p95RunMs: null,
  version: 1,
  ...rest,
});

export const queuesOf = (rest: Record<string, object> = {}) =>
  ["emails", "campaigns", "analytics"].map((name) => queueOf(name, rest[name]));

/** A job as the API answers it: failed for good unless said otherwise. */
export const jobOf = (id: string, rest: object = {}) => ({
  ...union("Job"),
  id,
  type: "emails.sendTransactional",
  queue: "emails",
  state: "FAILED",
  attempts: 6,
  maxAttempts: 6,
  crashes: 0,
  isUrgent: false,
  isQuarantined: false,
  createdAt: at(600),
  dueAt: at(500),
  startedAt: at(400),
  finishedAt: at(390),
  error: "connect ECONNREFUSED 127.0.0.1:2525",
  progress: null,
  availableActions: ["RETRY", "DISCARD"],
  subject: null,
  worker: null,
  payload: { noticeId: "n1", email: "••••" },
  history: [],
  initiatedBy: null,
  requestId: null,
  idempotencyKey: null,
  ...rest,
});

export const jobTypes = () =>
  [
    ["emails.sendTransactional", "emails"],
    ["campaigns.releaseDue", "campaigns"],
  ].map(([name, queue]) => ({
    ...union("JobType"),
    name,
    queue,
    description: `Does ${name}.`,
    idempotency: "notice id",
    leaseSeconds: 60,
    policy: {
      name: "PT",
      attempts: 6,
      firstDelaySeconds: 5,
      factor: 3,
      capSeconds: 900,
      jitter: 0.2,
      description: "Mail that somebody waits for.",
    },
    schedule: null,
  }));

const Keys = () => {
  installKeys({
    openPalette: ignore,
    openCheatSheet: ignore,
    toggleTheme: ignore,
    go: () => false,
    create: ignore,
  });
  return null;
};

const usual: Answers = {
  me,
  queues: () => queuesOf(),
  healthThresholds: () => [],
  jobTypes,
  jobs: () => connectionOf([]),
};

/** The page with its keys and toasts, as the shell gives them. */
export function openJobs(url: string, answers: Answers) {
  const page = () => (
    <>
      <Keys />
      <JobsPage />
      <Toaster />
    </>
  );
  return renderPage(page, "/jobs", url, { ...usual, ...answers });
}

export function openJob(id: string, answers: Answers) {
  const page = () => (
    <>
      <Keys />
      <JobPage />
      <Toaster />
    </>
  );
  return renderPage(page, "/jobs/:id", `/jobs/${id}`, { ...usual, ...answers });
}
