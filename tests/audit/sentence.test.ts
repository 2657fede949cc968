import { expect, test } from "vitest";
import { sentenceOf } from "../../domain/audit/sentence.js";
import type { Told } from "../../domain/audit/teller.js";
import { EVENT_ACTIONS } from "../../domain/events.js";

const NAMES = new Map([
  ["1", { name: "Ada", isErased: false }],
  ["2", { name: "Ken", isErased: false }],
  ["3", { name: "", isErased: true }],
  ["4", { name: "Blue", isErased: false }],
]);
const ada = { kind: "USER", id: "1", label: "ada@example.org" };
const ken = { type: "user", id: "2", label: null };
const blue = { type: "team", id: "4", label: null };
const spring = { type: "campaign", id: "0193a2b4-1", label: "Spring" };

function told(facts: Partial<Told>, viewedAs?: string): string {
  const whole = {
    action: "auth.logout",
    actor: ada,
    outcome: "SUCCESS",
    reasonCode: null,
    targets: [],
    changes: [],
    ...facts,
  };
  return sentenceOf(whole, (id) => NAMES.get(id ?? ""), viewedAs);
}
const change = (field: string, before: unknown, after: unknown) => ({ field, before, after });
const denied = { outcome: "DENIED", reasonCode: "CAMPAIGN_LAUNCH" };

test.each<[Partial<Told>, string]>([
  [
    {
      action: "lead.imported",
      reasonCode: "STARTED",
      targets: [
        { type: "import", id: "5", label: null },
        { type: "list", id: "6", label: "Fair" },
      ],
    },
    "Ada began to import leads into the list “Fair”",
  ],
  [
    { action: "lead.exported", targets: [spring], changes: [change("file", null, "dry-run")] },
    "Ada exported the dry run of the campaign “Spring”",
  ],
  [
    { action: "user.role.changed", targets: [ken], changes: [change("role", "USER", "MANAGER")] },
    "Ada changed the role of Ken from User to Manager",
  ],
  [
    {
      action: "campaign.created",
      reasonCode: "COPIED",
      targets: [{ ...spring, label: "Copy of Spring" }, spring],
      changes: [change("copyOf", null, "Spring"), change("name", null, "Copy of Spring")],
    },
    "Ada created the campaign “Copy of Spring” as a copy of “Spring”",
  ],
  [
    {
      action: "campaign.scheduled",
      targets: [spring],
      changes: [change("scheduledAt", null, "2026-05-01T09:30:00.000Z")],
    },
    "Ada scheduled the campaign “Spring” for 2026-05-01T09:30:00.000Z",
  ],
  [
    {
      action: "campaign.launched",
      actor: { kind: "JOB", id: null, label: "campaigns.releaseDue" },
      targets: [spring],
      changes: [change("status", "SCHEDULED", "RUNNING"), change("lateMinutes", null, 25)],
    },
    "The job campaigns.releaseDue launched the campaign “Spring”, 25 minutes late",
  ],
  [
    { action: "campaign.launched", targets: [spring], ...denied },
    "Ada tried to launch the campaign “Spring”, which was refused: needs CAMPAIGN_LAUNCH",
  ],
  [
    { action: "campaign.launched", targets: [spring], outcome: "FAILED", reasonCode: "CAMPAIGN_NOT_READY" },
    "Ada tried to launch the campaign “Spring”, which failed: campaign not ready",
  ],
  [
    {
      action: "auth.permission.denied",
      targets: [{ type: "field", id: "launchCampaign", label: null }],
      ...denied,
    },
    "Ada was refused launchCampaign: needs CAMPAIGN_LAUNCH",
  ],
  [
    {
      action: "auth.login.failed",
      actor: { kind: "ANONYMOUS", id: null, label: null },
      targets: [ken],
      outcome: "FAILED",
      reasonCode: "WRONG_PASSWORD",
    },
    "A sign-in as Ken failed: wrong password",
  ],
  [{ action: "auth.login.succeeded", targets: [{ type: "user", id: "1", label: null }] }, "Ada signed in"],
  [
    { action: "team.member.added", targets: [blue, ken], changes: [change("isLead", null, true)] },
    "Ada added Ken to the team “Blue” as its lead",
  ],
  [
    { action: "team.updated", targets: [blue], changes: [change("name", "Red", "Blue")] },
    "Ada renamed the team “Red” to “Blue”",
  ],
  [
    {
      action: "campaign.completed",
      actor: { kind: "JOB", id: null, label: "campaigns.completeFinished" },
      targets: [spring],
    },
    "The job campaigns.completeFinished completed the campaign “Spring”",
  ],
  [
    {
      action: "queue.paused_or_resumed",
      targets: [{ type: "queue", id: "emails", label: null }],
      changes: [change("paused", false, true)],
    },
    "Ada paused the queue emails",
  ],
  [
    {
      action: "settings.updated",
      targets: [{ type: "tenant", id: "t", label: null }],
      changes: [change("maskAddresses", false, true)],
    },
    "Ada changed the settings of the organisation (maskAddresses from no to yes)",
  ],
  [
    { action: "campaign.paused", actor: { kind: "USER", id: "3", label: null }, targets: [spring] },
    "Erased person paused the campaign “Spring”",
  ],
  [
    { action: "user.suspended", targets: [{ type: "user", id: "3", label: null }] },
    "Ada suspended Erased person",
  ],
  [
    { action: "user.suspended", targets: [{ type: "user", id: "9", label: "ken@example.org" }] },
    "Ada suspended ken@example.org",
  ],
  [
    {
      action: "team.archived",
      targets: [{ type: "team", id: "01a21931-7c44-7d53-a1b7-9e2d4c5f6a7b", label: null }],
    },
    "Ada archived the team 4c5f6a7b",
  ],
  [{ action: "of.another.release" }, "Ada did of.another.release"],
])("%j", (facts, sentence) => {
  expect(told(facts)).toBe(sentence);
});

test("whoever looks through another's eyes is who acts", () => {
  expect(told({ action: "audit.read" }, "2")).toBe("Ada read the audit log (through the eyes of Ken)");
});

test("every action has its sentence, with and without what it is about, done, refused and failed", () => {
  const targets = [
    "user",
    "team",
    "campaign",
    "lead",
    "list",
    "queue",
    "job",
    "schedule",
    "session",
    "field",
  ];
  for (const action of EVENT_ACTIONS)
    for (const outcome of ["SUCCESS", "DENIED", "FAILED"])
      for (const about of [[], ...targets.map((type) => [{ type, id: "0193a2b4-0", label: "X <b>x</b>" }])]) {
        const sentence = told({ action, outcome, targets: about });
        expect(sentence, action).toMatch(/^[A-Z]/);
        expect(sentence, action).not.toMatch(/undefined|null|NaN|\s$| {2}/);
        expect(sentence, action).not.toContain(action);
      }
});
