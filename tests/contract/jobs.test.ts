import { expect, test } from "vitest";
import { JOB_CATALOGUE } from "#domain/job-catalogue.js";
import { POLICIES } from "#domain/jobs/define-job.js";
import { QUEUE_NAMES } from "#domain/jobs/queue-names.js";
import { scheduleFault } from "#domain/jobs/schedule.js";
import { handlers } from "#worker/handlers.js";

const handled = handlers({
  wakeLanes() {},
  mail: { smtpUrl: "smtp://127.0.0.1:1", publicUrl: "http://x.test" },
  anchors: { anchorFile: "/nowhere", anchorUrl: undefined },
});

test("JB-01 the catalogue and the handlers are the same jobs, none twice", () => {
  const types = JOB_CATALOGUE.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  expect(handled.map(({ type }) => type).sort()).toEqual([...types].sort());
});

test("every job names a queue, a policy, what it does and what makes two of it the same", () => {
  for (const job of JOB_CATALOGUE) {
    expect(QUEUE_NAMES).toContain(job.queue);
    expect(job.type).toMatch(/^(emails|campaigns|analytics)\.[a-z][A-Za-z]+$/);
    expect(Object.keys(POLICIES)).toContain(job.policy);
    expect(job.description).toMatch(/^[A-Z].+\.$/);
    expect(job.idempotency).toMatch(/^[a-z].+[^.]$/);
    if (job.schedule) expect(scheduleFault(job.schedule)).toBeNull();
  }
});
