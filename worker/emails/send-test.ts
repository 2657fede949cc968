import { composeTest, type TestMail, type WantedTest } from "#domain/campaigns/index.js";
import { personChannel, type PersonHint } from "#domain/channels.js";
import { SAMPLE_TOKEN, unsubscribeUrl, type SendResult } from "#domain/emails/index.js";
import { isRefusal } from "#domain/errors.js";
import { demandInitiator } from "#domain/jobs/initiator.js";
import { cancel, done, retry, type Outcome } from "#domain/jobs/outcome.js";
import { notifyPerson } from "#domain/notifications/index.js";
import { findSendingState } from "#domain/sending/index.js";
import { composeMail, envelopeAddress } from "#platform/mail/compose.js";
import { SmtpLane } from "#platform/mail/smtp-lane.js";
import { parseSmtpUrl } from "#platform/mail/smtp-settings.js";
import { traceOf } from "#platform/sentry.js";
import type { JobHandler, JobRun } from "../job-handler.js";
import type { MailSettings } from "./send-transactional.js";

interface Payload extends WantedTest {
  readonly email: string;
}
type Run = JobRun<Payload>;

/** A freeze that has come meanwhile is not known: a body that is to begin later than this is not begun. */
const MOST_LATE_MS = 1_500;

/**
 * A test of a campaign's mail, on a connection of its own. What is looked up now decides: the content, the lead, whether
 * sending is frozen. What the server refuses for good is told to whoever asked for it, and is no failure of the product.
 */
export function sendTestHandler({ smtpUrl, publicUrl }: MailSettings): JobHandler<Payload> {
  return async (run) => {
    const { op, payload } = run;
    const initiator = op.request.onBehalfOf;
    const scope = initiator ? await demandInitiator(op, op.tenantId, initiator, "campaign:update") : op.scope;
    let test: TestMail;
    try {
      test = await composeTest(op, scope, payload, unsubscribeUrl(publicUrl, SAMPLE_TOKEN));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return refused(run, error.message);
    }
    const result = await send(run, smtpUrl, test);
    if (typeof result === "string") return refused(run, result);
    if (result.kind === "accepted") return done;
    if (result.kind === "refused" && result.code >= 500)
      return refused(run, `The mail server refuses it: ${result.reply}`);
    return retry(result.kind === "refused" ? result.reply : result.reason);
  };
}

/** @returns a text when it must not be sent */
async function send(
  { op, payload, signal }: Run,
  smtpUrl: string,
  test: TestMail,
): Promise<SendResult | string> {
  const { campaign, mail } = test;
  const { fromName, fromEmail, replyTo } = campaign;
  const bytes = await composeMail({
    ...mail,
    fromName,
    fromEmail,
    replyTo,
    to: payload.email,
    // The same for every attempt: a server that got it twice can tell.
    messageId: `<test.${op.request.jobId}@${envelopeAddress(fromEmail).split("@").at(-1)}>`,
    requestId: op.request.requestId,
    headers: { "X-Postwatch-Test": "1" },
    date: new Date(),
  });
  const lane = new SmtpLane(parseSmtpUrl(smtpUrl));
  try {
    const unreachable = await lane.connect();
    if (unreachable) return unreachable;
    // Looked at with the connection in hand: after a freeze nothing is begun.
    const { isFrozen, reason } = await findSendingState(op, op.tenantId);
    if (isFrozen) return `Sending is frozen${reason === null ? "" : ` (${reason})`}.`;
    const since = performance.now();
    const envelope = { from: envelopeAddress(fromEmail), to: envelopeAddress(payload.email) };
    const deliver = () =>
      lane.send(envelope, bytes, () => !signal.aborted && performance.now() - since < MOST_LATE_MS);
    return await (traceOf(op.request)?.timed("smtp", "send", deliver) ?? deliver());
  } finally {
    lane.close();
  }
}
async function refused({ op, bus, payload }: Run, reason: string): Promise<Outcome> {
  const told = await notifyPerson(op, op.tenantId, op.request.onBehalfOf ?? null, {
    kind: "TEST_NOT_SENT",
    title: "A test mail was not sent",
    detail: reason,
    href: `/campaigns/${payload.campaignId}`,
  });
  for (const userId of told) bus.publish(personChannel(userId), { userId } satisfies PersonHint);
  return cancel(reason);
}
