import { vi } from "vitest";
// Loaded on demand by the page; here at once, however busy the machine is.
import "../../console/src/audit/parts/EntrySheet";
import "../../console/src/audit/parts/SaveViewModal";
import "../../console/src/audit/parts/VerifySheet";
import { AuditPage } from "../../console/src/audit/AuditPage";
import { installKeys } from "../../console/src/app/keys";
import { Toaster } from "../../console/src/ui/toast";
import { renderPage, type Answers } from "./harness";
import { connectionOf, meAs, union } from "./team-answers";

const me = () => ({ ...meAs("ADMIN")(), permissions: ["SYSTEM_AUDIT_READ", "USER_READ"] });
const ignore = () => undefined;

export const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
export { connectionOf, union };

const actor = (rest: object = {}) => ({
  ...union("AuditActor"),
  kind: "USER",
  id: "u-ada",
  email: "ada@example.com",
  label: "ada@example.com",
  ...rest,
});

/** An entry as the API answers it: Ada changed somebody's role, and it is sealed. */
export const entryOf = (number: number, rest: object = {}) => ({
  ...union("AuditLog"),
  id: `e-${String(number).padStart(5, "0")}`,
  seq: number,
  at: ago(10_000 - number),
  action: "user.role.changed",
  sentence: `ada@example.com changed the role of person ${number}`,
  actor: actor(),
  onBehalfOf: null,
  outcome: "SUCCESS",
  reasonCode: null,
  resourceType: "user",
  resourceId: "u-ken",
  targets: [{ ...union("AuditTarget"), type: "user", id: "u-ken", label: "ken@example.com" }],
  changes: [
    { ...union("AuditChange"), field: "role", before: "USER", after: "MANAGER" },
    { ...union("AuditChange"), field: "name", before: "Ken", after: "Ken" },
  ],
  ip: "10.0.0.7",
  userAgent: "Firefox",
  requestId: "r-1",
  sessionId: "s-1",
  jobId: null,
  isErased: false,
  ...rest,
});

export { actor as actorOf };

const counted = (value: string, count: number) => ({ ...union("AuditFacetValue"), value, count });

export const facets = () => ({
  ...union("AuditFacets"),
  actions: [counted("user.role.changed", 7), counted("user.invited", 2), counted("campaign.launched", 4)],
  outcomes: [counted("SUCCESS", 11), counted("DENIED", 2)],
  actorKinds: [counted("USER", 13)],
  resourceTypes: [counted("user", 9), counted("campaign", 4)],
  counted: 13,
  isCapped: false,
});

export const volume = ({ from, to, buckets }: { from: Date; to: Date; buckets: number }) => {
  const [first, last] = [new Date(from).getTime(), new Date(to).getTime()];
  const width = (last - first) / buckets;
  return Array.from({ length: buckets }, (_, index) => ({
    ...union("AuditVolumeBucket"),
    from: new Date(first + index * width).toISOString(),
    to: new Date(first + (index + 1) * width).toISOString(),
    count: index === buckets - 1 ? 13 : 0,
    denied: index === buckets - 1 ? 2 : 0,
    failed: 0,
    isComplete: true,
  }));
};

const usual: Answers = {
  me,
  auditLogs: () => connectionOf([3, 2, 1].map((number) => entryOf(number))),
  auditFacets: facets,
  auditVolume: volume as never,
  auditViews: () => [],
};

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

/** The page with its keys and toasts, as the shell gives them. */
export function openAudit(url: string, answers: Answers) {
  const page = () => (
    <>
      <Keys />
      <AuditPage />
      <Toaster />
    </>
  );
  return renderPage(page, "/audit", url, { ...usual, ...answers });
}

/** An answer that is looked at: with what it was asked. */
export const asked = (answer: (args: never) => unknown) => vi.fn(answer as (args: unknown) => unknown);
