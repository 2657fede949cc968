import { setImmediate as nextTurn } from "node:timers/promises";
import {
  askedVariables,
  compileTemplate,
  conversions,
  inspectWording,
  SEVERITIES,
  type AskedField,
  type AskedVariable,
  type MergeLead,
  type TemplateParts,
  type WordingFinding,
} from "../emails/index.js";
import { NotReadyError, type InputIssue } from "../errors.js";
import type { Id } from "../ids.js";
import type { Reader, UnitOfWork } from "../operation.js";
import type { Campaign } from "./campaign.entity.js";
import { OF_CAMPAIGN, type Finding, type Inspected } from "./finding.js";
import { fourEyesObstacles } from "./four-eyes.js";
import { countAudience, countLacking, sampleLeads, type AudienceCount } from "./preflight.queries.js";
import { inspectSamples } from "./preflight-samples.js";
import { scheduleFindings } from "./preflight-schedule.js";
import { senderFindings, sendersOf } from "./preflight-sender.js";
import { findSteps, type Step, type TemplateVariant } from "./step.entity.js";

export interface Preflight {
  readonly isReady: boolean;
  /** What blocks first, then what warns, each in the order of the campaign; at most 200. */
  readonly findings: readonly Finding[];
}

export type InspectedStep = Pick<Step, "position" | "subject" | "html" | "text"> & {
  readonly variants: readonly TemplateVariant[];
};

/** One wording, and how findings about it are placed. */
interface Wording {
  readonly parts: TemplateParts;
  readonly step: number;
  readonly variant: number;
  readonly hasVariants: boolean;
}

const MOST_FINDINGS = 200;
/** The variables of all wordings that are counted. */
const MOST_FIELDS = 50;
/** All conversions of MJML of a pre-flight together: a launch by the clock has one try. */
const CONVERTING_MS = 5_000;
/** All renderings of a pre-flight together; what is not reached in it is said, not passed over. */
const RENDERING_MS = 1000;

/**
 * Whatever starts a campaign, now or at a time, asks the same.
 * @param person on whose decision it starts
 * @throws NotReadyError with every obstacle to a launch of this campaign as it stands.
 */
export async function demandReady(
  op: UnitOfWork,
  campaign: Campaign,
  person: Id | null,
  what?: string,
): Promise<void> {
  const steps = await findSteps(op, campaign.id);
  const { findings } = await preflight(op, op.tenantId, campaign, steps, "BLOCKING");
  const obstacles = [
    ...(await fourEyesObstacles(op, campaign.id, person)),
    ...findings.filter(isBlocking).map(issueOf),
  ];
  if (obstacles.length > 0) throw new NotReadyError(obstacles, what);
}

const isBlocking = ({ severity }: Finding): boolean => severity === "BLOCKING";
const issueOf = ({ path, rule, message, excerpt }: Finding): InputIssue => ({
  path,
  rule,
  message,
  value: excerpt,
});

/**
 * Everything that speaks against a launch, or that should be thought of before it: of the audience, the sender, each
 * wording, and of what the wordings ask of the leads. Two leads of the audience get each mail rendered, for what only
 * shows then; fields are counted over the whole audience, in one walk.
 * @param wanted BLOCKING: for a launch, which holds a lock; only fields that could block it are counted
 */
export async function preflight(
  reader: Reader,
  tenantId: Id,
  campaign: Inspected,
  steps: readonly InspectedStep[],
  wanted: "ALL" | "BLOCKING" = "ALL",
): Promise<Preflight> {
  const wordings = steps.flatMap(wordingsOf);
  const count = await countAudience(reader, tenantId, campaign);
  const audience = audienceFindings(campaign, count);
  // Without anybody to mail there is nothing to count and nobody to render for.
  const people = audience.length > 0 ? null : await sampleLeads(reader, tenantId, campaign);
  const senders = await sendersOf(reader, tenantId, campaign);
  const findings = [
    ...audience,
    ...scheduleFindings(campaign.schedule, Date.now()),
    ...senderFindings(campaign, senders),
  ];
  const asked: Asked[] = [];
  const convert = conversions(CONVERTING_MS);
  let until = performance.now() + RENDERING_MS;
  for (const wording of wordings) {
    const begin = performance.now();
    await convert(wording.parts.html);
    // So that other callers are answered in between.
    await nextTurn();
    until += performance.now() - begin;
    const own = inspectWording(wording.parts, wording.step === 1);
    const rendered = own.some(({ rule }) => rule === "template")
      ? null
      : ofRenderings(wording, campaign, people ?? [], until);
    findings.push(...[...own, ...(rendered?.findings ?? [])].map((finding) => placed(wording, finding)));
    if (rendered) asked.push({ wording, variables: rendered.variables });
  }
  if (people !== null) {
    const mayCount = wanted === "ALL" ? () => true : couldBlock;
    const lackingOf = await countsOf(reader, tenantId, campaign, asked, mayCount);
    findings.push(...variableFindings(asked, lackingOf, count.mailable));
  }
  const sorted = SEVERITIES.flatMap((severity) => findings.filter((each) => each.severity === severity));
  return { isReady: !findings.some(isBlocking), findings: sorted.slice(0, MOST_FINDINGS) };
}

function wordingsOf({ position, subject, html, text, variants }: InspectedStep): Wording[] {
  const hasVariants = variants.length > 0;
  return [{ subject, html, text: text ?? null }, ...variants].map((parts, variant) => ({
    parts,
    step: position,
    variant,
    hasVariants,
  }));
}

function ofRenderings(
  { parts }: Wording,
  { postalAddress }: Inspected,
  people: readonly MergeLead[],
  until: number,
): { findings: WordingFinding[]; variables: AskedVariable[] } {
  const compiled = compileTemplate(parts);
  const mayGoOn = () => performance.now() < until;
  const findings = inspectSamples(parts, compiled, people, postalAddress ?? null, mayGoOn);
  return { findings, variables: askedVariables(parts, compiled, mayGoOn) };
}

/** The finding with its step, wording, part and line, also in its message: a refusal shows nothing else. */
function placed(wording: Wording, finding: WordingFinding, leads: number | null = null): Finding {
  const { step, variant, hasVariants } = wording;
  const where = [
    `Step ${step}`,
    ...(hasVariants ? [variant === 0 ? "own wording" : `variant ${variant}`] : []),
    { SUBJECT: "subject", HTML: "HTML", TEXT: "text" }[finding.part],
    ...(finding.line === null ? [] : [`line ${finding.line}`]),
  ];
  const ofVariant = variant === 0 ? [] : ["variants", String(variant - 1)];
  return {
    ...finding,
    message: `${where.join(", ")}: ${finding.message}`,
    step,
    variant,
    leads,
    path: ["steps", String(step - 1), ...ofVariant, finding.part.toLowerCase()],
  };
}

function audienceFindings({ audience }: Inspected, { all, mailable }: AudienceCount): Finding[] {
  const finding = (rule: string, message: string): Finding[] => [
    {
      rule,
      severity: "BLOCKING",
      message,
      path: ["audience"],
      ...OF_CAMPAIGN,
    },
  ];
  if (audience.listIds.length + audience.leadIds.length === 0)
    return finding("audience", "It has no audience: choose a list or leads.");
  if (all === 0)
    return finding("audience_empty", "Its audience is empty: the chosen lists have no leads yet.");
  if (mailable > 0) return [];
  return finding(
    "audience_suppressed",
    `None of the ${all} leads of its audience may be mailed: all are suppressed or belong to another team.`,
  );
}

interface Asked {
  readonly wording: Wording;
  readonly variables: readonly AskedVariable[];
}

/** A standard field that nobody has filled only warns. */
const couldBlock = ({ field, isRequired }: AskedVariable): boolean => isRequired && field?.kind === "CUSTOM";
const keyOf = (field: AskedField): string => JSON.stringify(field);

/** How many leads lack each field that the wordings ask for. */
async function countsOf(
  reader: Reader,
  tenantId: Id,
  campaign: Inspected,
  asked: readonly Asked[],
  mayCount: (variable: AskedVariable) => boolean,
): Promise<ReadonlyMap<string, number>> {
  const all = asked.flatMap(({ variables }) => variables.filter(mayCount).map(({ field }) => field));
  const fields = [
    ...new Map(all.flatMap((field) => (field === null ? [] : [[keyOf(field), field] as const]))).values(),
  ].slice(0, MOST_FIELDS);
  const counts = fields.length === 0 ? [] : await countLacking(reader, tenantId, campaign, fields);
  return new Map(fields.map((field, at) => [keyOf(field), counts[at]!]));
}

function variableFindings(
  asked: readonly Asked[],
  lackingOf: ReadonlyMap<string, number>,
  mailable: number,
): Finding[] {
  return asked.flatMap(({ wording, variables }) =>
    variables.flatMap((variable) => {
      const lacking = variable.field === null ? mailable : (lackingOf.get(keyOf(variable.field)) ?? 0);
      const told = ofVariable(variable, lacking, mailable);
      return told === null ? [] : [placed(wording, { ...variable, ...told }, lacking)];
    }),
  );
}

/**
 * A name that is no lead's is a mistake of the template. A standard field that nobody has filled is a gap in the data: the
 * launch goes on, and these leads are skipped, as any others that lack it.
 */
function ofVariable(
  { name, field, isRequired }: AskedVariable,
  lacking: number,
  mailable: number,
): Pick<WordingFinding, "rule" | "severity" | "message"> | null {
  if (lacking === 0) return null;
  const fallback = `write {{ ${name} | default: "…" }}`;
  if (lacking < mailable || field?.kind === "STANDARD")
    return isRequired
      ? {
          rule: "variable_missing",
          severity: "WARNING",
          message: `${lacking} of the ${mailable} leads that would be mailed have no ${name} and would be skipped: fill it in, or ${fallback}.`,
        }
      : null;
  if (isRequired)
    return {
      rule: "variable_unknown",
      severity: "BLOCKING",
      message: `No lead of the audience has ${name}, so nobody would get this mail: correct the name, or ${fallback}.`,
    };
  return {
    rule: "variable_unused",
    severity: "WARNING",
    message: `No lead of the audience has ${name}, so everybody gets what is said without it: is the name right?`,
  };
}
