import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
// Loaded on demand by the page; here at once, however busy the machine is.
import "../../console/src/audit/settings/NewStreamModal";
import "../../console/src/audit/settings/StreamSheet";
import { AuditSettingsPage } from "../../console/src/audit/settings/AuditSettingsPage";
import { Toaster } from "../../console/src/ui/toast";
import { renderPage, type Answers } from "./harness";
import { meAs, union } from "./team-answers";

export const me = () => ({
  ...meAs("ADMIN")(),
  permissions: ["SYSTEM_AUDIT_READ", "SYSTEM_SETTINGS_MANAGE"],
});
export const hand = () => userEvent.setup({ pointerEventsCheck: 0 });
export const clash = (currentVersion: number) => ({
  ...union("Conflict"),
  code: "CONFLICT",
  message: `It has version ${currentVersion}.`,
  path: null,
  currentVersion,
});
export const refusedAt = (path: string, message: string) => ({
  ...union("InvalidInput"),
  code: "BAD_USER_INPUT",
  message,
  path: null,
  issues: [{ ...union("InputIssue"), path: ["input", path], message }],
});

export type Input = Record<string, unknown> & { expectedVersion?: number };

/** A retention that changes as the server would change it. */
export function livingRetention(start: Record<string, unknown> = {}) {
  let retention: Record<string, unknown> & { version: number } = {
    ...union("AuditRetention"),
    months: null,
    holdReason: null,
    version: 1,
    purged: [],
    ...start,
  };
  const change = (changes: Record<string, unknown>) =>
    (retention = { ...retention, ...changes, version: retention.version + 1 });
  const updateAuditRetention = vi.fn(({ input }: { input: Input }) => {
    const { expectedVersion, ...changes } = input;
    if (expectedVersion !== retention.version) return clash(retention.version);
    return { ...union("UpdateAuditRetentionSuccess"), auditRetention: change(changes) };
  });
  return { change, updateAuditRetention, auditRetention: () => retention };
}

export const streamOf = (rest: Record<string, unknown> = {}) => ({
  ...union("AuditStream"),
  id: "s1",
  kind: "WEBHOOK",
  url: "https://siem.example.com/audit",
  state: "ACTIVE",
  cursorSeq: 1_204,
  waiting: 0,
  deliveredAt: "2026-03-01T10:00:00.000Z",
  failingSince: null,
  lastError: null,
  nextTryAt: null,
  pausedAt: null,
  createdAt: "2026-03-01T09:00:00.000Z",
  version: 3,
  ...rest,
});

/** The page with its toasts; for ever and nowhere, but for what is answered. */
export function open(answers: Answers, url = "/audit/settings") {
  const page = () => (
    <>
      <AuditSettingsPage />
      <Toaster />
    </>
  );
  const { auditRetention } = livingRetention();
  return renderPage(page, "/audit/settings", url, {
    me,
    auditRetention,
    auditStreams: () => [],
    ...answers,
  });
}
