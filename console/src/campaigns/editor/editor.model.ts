import type { Failure } from "../../api/failure";
import type { VariablesOf } from "../../api/graphql";
import type { CreateCampaign, Editable } from "./editor.gql";
import { atOnce, scheduleInput, scheduleOf, type DraftSchedule } from "./schedule.model";

export interface DraftVariant {
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
  readonly weight: number;
}

export interface DraftStep {
  /** Which one it is; null: it is new. */
  id: string | null;
  delayMinutes: number;
  delayBusinessDays: number;
  subject: string;
  html: string;
  text: string;
  /** Other wordings. The editor does not show them; it keeps them as they are. */
  variants: readonly DraftVariant[];
}

/** What is typed in the editor; empty strings stand for what the API calls null. */
export interface Draft {
  name: string;
  fromName: string;
  fromEmail: string;
  replyTo: string;
  postalAddress: string;
  /** None: all mail has the name and address above. */
  senderIds: string[];
  schedule: DraftSchedule;
  stopRules: { onCompanyReply: boolean; onGoal: boolean };
  steps: DraftStep[];
  listIds: string[];
  leadIds: string[];
}

/** What may be put into a template, with what it stands for. */
export const variables = [
  { name: "first_name", label: "First name" },
  { name: "last_name", label: "Last name" },
  { name: "company", label: "Company" },
  { name: "title", label: "Title" },
  { name: "email", label: "E-mail" },
  { name: "timezone", label: "Time zone" },
  { name: "unsubscribe_url", label: "Unsubscribe link" },
] as const;

const firstHtml = `<p>Hello {{ first_name | default: "there" }},</p>

<p>Write your message here.</p>
`;

const minutesOfDay = 1_440;

export const firstStep = (): DraftStep => ({
  id: null,
  delayMinutes: 0,
  delayBusinessDays: 0,
  subject: "",
  html: firstHtml,
  text: "",
  variants: [],
});
export const nextStep = (): DraftStep => ({ ...firstStep(), delayMinutes: 3 * minutesOfDay });

export const emptyDraft = (): Draft => ({
  name: "",
  fromName: "",
  fromEmail: "",
  replyTo: "",
  postalAddress: "",
  senderIds: [],
  schedule: atOnce(),
  stopRules: { onCompanyReply: false, onGoal: true },
  steps: [firstStep()],
  listIds: [],
  leadIds: [],
});

export const draftOf = (campaign: Editable): Draft => ({
  name: campaign.name,
  fromName: campaign.fromName,
  fromEmail: campaign.fromEmail,
  replyTo: campaign.replyTo ?? "",
  postalAddress: campaign.postalAddress ?? "",
  senderIds: campaign.senders.map(({ id }) => id),
  schedule: scheduleOf(campaign.schedule),
  stopRules: { ...campaign.stopRules },
  steps: campaign.steps.map(({ id, delayMinutes, delayBusinessDays, subject, html, text, variants }) => ({
    id,
    delayMinutes,
    delayBusinessDays,
    subject,
    html,
    text: text ?? "",
    variants,
  })),
  listIds: campaign.audience.lists.map((list) => list.id),
  leadIds: [...campaign.audience.leadIds],
});

export type CampaignInput = VariablesOf<typeof CreateCampaign>["input"];

export const inputOf = (draft: Draft): CampaignInput => ({
  name: draft.name.trim(),
  fromName: draft.fromName.trim(),
  fromEmail: draft.fromEmail.trim(),
  replyTo: draft.replyTo.trim() || null,
  postalAddress: draft.postalAddress.trim() || null,
  senderIds: draft.senderIds,
  schedule: scheduleInput(draft.schedule),
  stopRules: { ...draft.stopRules },
  steps: draft.steps.map((step) => ({
    ...(step.id === null ? {} : { id: step.id }),
    delayMinutes: step.delayMinutes,
    delayBusinessDays: step.delayBusinessDays,
    subject: step.subject,
    html: step.html,
    text: step.text.trim() ? step.text : null,
    variants: step.variants.map(({ subject, html, text, weight }) => ({ subject, html, text, weight })),
  })),
  audience: { listIds: draft.listIds, leadIds: draft.leadIds },
});

/** Equal texts mean there is nothing to save. */
export const fingerprint = (draft: Draft) => JSON.stringify(inputOf(draft));

export type FieldErrors = Record<string, string>;

const known =
  /^(name|fromName|fromEmail|replyTo|postalAddress|senderIds|audience|schedule\.\w+|steps\.\d+\.(subject|html|text|delayMinutes|delayBusinessDays))$/;

/**
 * Puts each issue of the server at its field. What belongs to no field of the page, such as
 * "audience.listIds.0", goes to the nearest one; the rest is returned as sentences.
 */
export function errorsByField(failure: Failure): { fields: FieldErrors; rest: string[] } {
  const fields: FieldErrors = {};
  const rest: string[] = [];
  for (const issue of failure.issues) {
    const key = nearest(issue.path);
    if (key) fields[key] ??= issue.message;
    else rest.push(issue.message);
  }
  return { fields, rest };
}

/** The field of the page that a path of the server leads to. */
export const fieldOf = (path: string): string => nearest(path) ?? path;

function nearest(path: string): string | undefined {
  if (known.test(path)) return path;
  if (/^(audience|listIds|leadIds)\b/.test(path)) return "audience";
  if (/^senderIds\b/.test(path)) return "senderIds";
  const ofSchedule = /^schedule\.\w+/.exec(path)?.[0];
  if (ofSchedule) return ofSchedule;
  const step = /^steps\.\d+/.exec(path)?.[0];
  if (step) return `${step}.html`;
  return path === "steps" ? "steps.0.subject" : undefined;
}

/** The step that an error key is about, so that its tab can be opened. */
export const stepOfKey = (key: string) => {
  const match = /^steps\.(\d+)\./.exec(key);
  return match ? Number(match[1]) : undefined;
};

/** The errors that are still true after the fields under `prefix` have been typed in. */
export const withoutErrors = (errors: FieldErrors, prefix: string): FieldErrors =>
  Object.fromEntries(
    Object.entries(errors).filter(([key]) => key !== prefix && !key.startsWith(`${prefix}.`)),
  );

export interface Readiness {
  label: string;
  ready: boolean;
  hint: string;
  /** The field to go to. */
  key: string;
}

/** What a launch will ask for, as far as the page can see by itself. The server has the last word. */
export function readiness(draft: Draft, mailable: number): Readiness[] {
  const emptyStep = draft.steps.findIndex((step) => !step.subject.trim() || !step.html.trim());
  return [
    {
      label: "Name and sender",
      ready: Boolean(draft.name.trim() && draft.fromName.trim() && draft.fromEmail.includes("@")),
      hint: "give a name, a sender name and a sender address",
      key: draft.name.trim() ? (draft.fromName.trim() ? "fromEmail" : "fromName") : "name",
    },
    { label: "Audience", ready: mailable > 0, hint: "choose at least one mailable lead", key: "audience" },
    {
      label: "Subject and body",
      ready: emptyStep < 0,
      hint: `step ${emptyStep + 1} is not complete`,
      key: `steps.${Math.max(0, emptyStep)}.subject`,
    },
  ];
}

const beforeMjml = /\s+|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!doctype[^>]*>|\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/iy;
const mjmlTag = /<mjml[\s>/]/iy;

/** Whether a step's HTML is written in MJML; the API, which sees it in the same way, converts it. */
export function isMjml(html: string): boolean {
  let at = 0;
  do {
    mjmlTag.lastIndex = beforeMjml.lastIndex = at;
    if (mjmlTag.test(html)) return true;
    if (!beforeMjml.test(html)) return false;
    at = beforeMjml.lastIndex;
  } while (at < html.length);
  return false;
}
