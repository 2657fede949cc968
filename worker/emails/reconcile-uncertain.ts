import { FIRST_BATCH, reconcileMessages } from "#domain/campaigns/index.js";
import {
  doubtfulMails,
  MOST_DOUBTFUL,
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

/**
 * Asks each source for all that is uncertain, by Message-ID. Every batch of a campaign is a transaction of its own, in
 * which only what is still uncertain changes: whoever is killed on the way leaves the rest to the next tick.
 */
export function reconcileUncertainHandler(
  sources: readonly EvidenceSource[],
): JobHandler<{ fireAt: string }> {
  return async (run): Promise<Outcome> => {
    const { op, signal, progress, log } = run;
    const unreachable = new Set<string>();
    let settled = 0;
    for (let after: Id = FIRST_BATCH; sources.length > 0 && !signal.aborted;) {
      const mails = await doubtfulMails(op, after);
      for (const source of sources) {
        const findings = await source.ask(mails).catch((error: Error) => {
          unreachable.add(source.name);
          log.warn({ source: source.name, error: error.message }, "a source of evidence could not be asked");
          return new Map<string, MailFinding>();
        });
        settled += await settle(run, source, mails, findings);
      }
      if (mails.length < MOST_DOUBTFUL) break;
      after = mails.at(-1)!.id;
    }
    await noteEvidence(
      op,
      sources.map(({ name }) => name),
      [...unreachable],
    );
    if (settled > 0) {
      await progress({ settled });
      log.info({ settled }, "uncertain mails settled by evidence");
    }
    return done;
  };
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
