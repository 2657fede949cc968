import { emailFault } from "#domain/email-address.js";
import {
  findNoticeFacts,
  noticeMail,
  type Notice,
  type AlertFacts,
  type NoticeFacts,
  type SendResult,
} from "#domain/emails/index.js";
import { findAlertEvent, shownValue, SIGNALS } from "#domain/health/index.js";
import type { Id } from "#domain/ids.js";
import { cancel, done, fail, retry, type Outcome } from "#domain/jobs/outcome.js";
import type { Operation } from "#domain/operation.js";
import { findOpenToken, tokenOf, type TokenPurpose } from "#domain/users/index.js";
import { composeMail, envelopeAddress } from "#platform/mail/compose.js";
import { SmtpLane } from "#platform/mail/smtp-lane.js";
import { parseSmtpUrl } from "#platform/mail/smtp-settings.js";
import { traceOf } from "#platform/sentry.js";
import type { JobHandler, JobRun } from "../job-handler.js";

interface Payload {
  readonly notice: Notice;
  readonly userId: string;
  readonly tokenId?: string | null | undefined;
  readonly alertId?: string | null | undefined;
}

export interface MailSettings {
  readonly smtpUrl: string;
  /** Links in mails begin with it; never a request's Host. */
  readonly publicUrl: string;
}

/** What the link in a notice is for; the other notices have none. */
const PURPOSES: Partial<Record<Notice, TokenPurpose>> = {
  INVITATION: "INVITATION",
  PASSWORD_RESET: "PASSWORD_RESET",
};

/** Where each notice leads. The secret is in the fragment: no server, log or Referer ever sees it. */
const PAGES: Readonly<Record<Notice, string>> = {
  INVITATION: "/admin/invitation",
  PASSWORD_RESET: "/admin/reset-password",
  PASSWORD_CHANGED: "/admin/forgot-password",
  TOKEN_REUSED: "/admin/forgot-password",
  ALERT: "/admin/health",
  ALERT_OVER: "/admin/health",
};

/** A mail to one person of the organisation, on a connection of its own: it does not wait behind campaigns. */
export function sendTransactionalHandler(settings: MailSettings): JobHandler<Payload> {
  return async (run) => {
    const { op, payload } = run;
    const facts = await factsOf(op, payload);
    if (typeof facts === "string") return cancel(facts);
    if (emailFault(facts.email)) return cancel("there is no address to mail any more");
    return outcomeOf(await send(run, settings, facts));
  };
}

/** Looked up now: who has been suspended or has used the link meanwhile gets no mail. */
async function factsOf(op: Operation, payload: Payload): Promise<NoticeFacts | string> {
  const { notice, userId, tokenId, alertId } = payload;
  if (!(await isLinkTheirs(op, payload))) return "the link is used, replaced, too old or somebody else's";
  const facts = await findNoticeFacts(op, op.tenantId, userId, tokenId ?? null);
  if (!facts) return "there is no such person any more";
  const wanted = notice === "INVITATION" ? "INVITED" : "ACTIVE";
  if (facts.status !== wanted) return `the person is ${facts.status.toLowerCase()}`;
  if (!alertId) return facts;
  const alert = await alertOf(op, alertId);
  return alert === null ? "the alert is not on record any more" : { ...facts, alert };
}

/** A link opens an account: whatever a payload was edited to, it is mailed to its owner, for its own purpose. */
async function isLinkTheirs(op: Operation, { notice, userId, tokenId }: Payload): Promise<boolean> {
  const purpose = PURPOSES[notice];
  if (!purpose || !tokenId) return !purpose && !tokenId;
  const token = await findOpenToken(op, tokenId);
  return token?.userId === userId && token.tenantId === op.tenantId && token.purpose === purpose;
}

async function alertOf(op: Operation, alertId: Id): Promise<AlertFacts | null> {
  const alert = await findAlertEvent(op, op.tenantId, alertId);
  if (!alert) return null;
  const { ruleName, signal, value, threshold, firedAt, recoveredAt } = alert;
  return {
    rule: ruleName,
    signal: SIGNALS[signal].label,
    value: shownValue(signal, value),
    limit: shownValue(signal, threshold),
    since: inUtc(firedAt),
    until: recoveredAt && inUtc(recoveredAt),
  };
}

/** "2026-05-01 09:30:12 UTC" */
const inUtc = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;

async function send(run: JobRun<Payload>, settings: MailSettings, facts: NoticeFacts): Promise<SendResult> {
  const { op, payload, signal } = run;
  const fromEmail = `no-reply@${mailDomain(settings.publicUrl)}`;
  const bytes = await composeMail({
    ...noticeMail(payload.notice, facts, linkOf(op, settings, payload)),
    fromName: "Postwatch",
    fromEmail,
    to: facts.email,
    replyTo: null,
    // The same for every attempt: a server that got it twice can tell.
    messageId: `<${op.request.jobId}@${mailDomain(settings.publicUrl)}>`,
    requestId: op.request.requestId,
    date: new Date(),
  });
  const lane = new SmtpLane(parseSmtpUrl(settings.smtpUrl));
  try {
    const envelope = { from: fromEmail, to: envelopeAddress(facts.email) };
    const deliver = () => lane.send(envelope, bytes, () => !signal.aborted);
    return await (traceOf(op.request)?.timed("smtp", "send", deliver) ?? deliver());
  } finally {
    lane.close();
  }
}

function linkOf(op: Operation, { publicUrl }: MailSettings, { notice, tokenId }: Payload): string {
  const page = `${publicUrl}${PAGES[notice]}`;
  return tokenId ? `${page}#token=${tokenOf(op, tokenId as Id)}` : page;
}

/** A host that can stand in an address: not an IP, not a bare name. */
function mailDomain(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  return /^[a-z0-9.-]+\.[a-z]{2,}$/i.test(hostname) ? hostname : "postwatch.local";
}

/** A reset is better sent twice than never: what is unknown is tried again, under the same Message-ID. */
function outcomeOf(result: SendResult): Outcome {
  if (result.kind === "accepted") return done;
  if (result.kind === "refused" && result.code >= 500)
    return fail(`the mail server refuses: ${result.reply}`);
  return retry(result.kind === "refused" ? result.reply : result.reason);
}
