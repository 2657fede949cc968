import { FIRST_BATCH, reconcileMessages } from "#domain/campaigns/index.js";
import {
  doubtfulMails,
  findEvidenceState,
  noteEvidence,
  type DoubtfulMail,
  type EvidenceSource,
  type MailFinding,
} from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import type { JobHandler, JobRun } from "../job-handler.js";

type Run = JobRun<{ fireAt: string }>;

/** Mails of a campaign that are settled in one transaction. */
const AT_ONCE = 500;

export interface AskLimits {
  /** Mails that a tick asks for; the next one goes on behind them. They are in memory, as is what is known of them. */
  readonly mails: number;
  /** That are read at once. */
  readonly page: number;
}
const ASK_LIMITS: AskLimits = { mails: 50_000, page: 5_000 };

/**
 * Asks each source once for all that is uncertain, by Message-ID, and then settles what they know. Every batch of a
 * campaign is a transaction of its own, in which only what is still uncertain changes: whoever is killed on the way leaves
 * the rest to the next tick.
 */
export function reconcileUncertainHandler(
  sources: readonly EvidenceSource[],
  limits = ASK_LIMITS,
): JobHandler<{ fireAt: string }> {
  return async (run): Promise<Outcome> => {
    const { op, signal, progress, log } = run;
    const from = (await findEvidenceState(op))?.after ?? null;
    const { mails, after } =
      sources.length > 0 ? await askedMails(run, from, limits) : { mails: [], after: null };
    const { found, unreachable } = await askAll(run, sources, mails);
    let settled = 0;
    for (const [source, findings] of found) settled += await settle(run, source, mails, findings);
    await noteEvidence(
      op,
      sources.map(({ name }) => name),
      unreachable,
      // What was given up half way is asked for again.
      signal.aborted ? from : after,
    );
    if (settled > 0) {
      await progress({ settled });
      log.info({ settled }, "uncertain mails settled by evidence");
    }
    return done;
  };
}

/** In pages, from where the last tick has ended; `after`: where the next one begins. */
async function askedMails(
  { op, signal }: Run,
  from: Id | null,
  limits: AskLimits,
): Promise<{ mails: DoubtfulMail[]; after: Id | null }> {
  const mails: DoubtfulMail[] = [];
  let after = from ?? FIRST_BATCH;
  while (!signal.aborted && mails.length < limits.mails) {
    const page = await doubtfulMails(op, after, limits.page);
    mails.push(...page);
    if (page.length < limits.page) return { mails, after: null };
    after = page.at(-1)!.id;
  }
  return { mails, after };
}

interface Findings {
  /** By source and Message-ID; each mail once. */
  readonly found: ReadonlyMap<EvidenceSource, ReadonlyMap<string, MailFinding>>;
  /** Names of sources that could not be asked. */
  readonly unreachable: readonly string[];
}

/** The word of the first that has a mail counts; that one lacks it counts when all were asked and none has it. */
async function askAll(
  { log }: Run,
  sources: readonly EvidenceSource[],
  mails: readonly DoubtfulMail[],
): Promise<Findings> {
  const unreachable: string[] = [];
  const answers: [EvidenceSource, ReadonlyMap<string, MailFinding>][] = [];
  for (const source of sources)
    try {
      answers.push([source, await source.ask(mails)]);
    } catch (error) {
      unreachable.push(source.name);
      log.warn(
        { source: source.name, error: (error as Error).message },
        "a source of evidence could not be asked",
      );
    }
  const found = new Map(sources.map((source) => [source, new Map<string, MailFinding>()]));
  for (const { messageIdHeader } of mails) {
    const said = answers.flatMap(([source, findings]) => {
      const finding = findings.get(messageIdHeader);
      return finding ? [{ source, finding }] : [];
    });
    const last =
      said.find(({ finding }) => finding.isAccepted) ?? (unreachable.length === 0 ? said[0] : undefined);
    if (last) found.get(last.source)!.set(messageIdHeader, last.finding);
  }
  return { found, unreachable };
}

async function settle(
  { op, signal }: Run,
  source: EvidenceSource,
  mails: readonly DoubtfulMail[],
  findings: ReadonlyMap<string, MailFinding>,
): Promise<number> {
  const ofCampaign = new Map<Id, DoubtfulMail[]>();
  for (const mail of mails) {
    if (!findings.has(mail.messageIdHeader)) continue;
    const others = ofCampaign.get(mail.campaignId);
    if (others) others.push(mail);
    else ofCampaign.set(mail.campaignId, [mail]);
  }
  let settled = 0;
  for (const [campaignId, found] of ofCampaign)
    for (let at = 0; at < found.length && !signal.aborted; at += AT_ONCE) {
      const batch = found.slice(at, at + AT_ONCE).map(({ id, messageIdHeader }) => ({
        messageId: id,
        ...findings.get(messageIdHeader)!,
      }));
      const input = { campaignId, source: source.name, findings: batch };
      const result = await op.as(op.actor, found[0]!.tenantId).run(reconcileMessages, input);
      settled += result.settled;
    }
  return settled;
}
