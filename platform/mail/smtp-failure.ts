import type { SendResult, SmtpPhase } from "#domain/emails/index.js";

interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number | false;
}

/** A reply as it is kept: one line, no control characters, at most 500 characters. */
export function replyOf(reply: string): string {
  return reply
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 500);
}

/** Before any mail: nothing was sent, whatever went wrong. */
export function connectFailure(thrown: unknown): SendResult {
  const error = thrown as SmtpError;
  return isRefusal(error) ? refusal(error, "connect") : { kind: "notSent", reason: replyOf(error.message) };
}

/**
 * What an error of a transaction means. Whether the body was begun is ours to know: the library's error says
 * "connection" both before and after DATA. After that only an answer of the server counts.
 */
export function describeFailure(thrown: unknown, isBegun: boolean): SendResult {
  const error = thrown as SmtpError;
  if (isRefusal(error)) return refusal(error, phaseOf(error, isBegun));
  if (isBegun) return { kind: "unknown", reason: replyOf(error.message) };
  if (error.code === "EMESSAGE" && error.command === "MAIL FROM")
    return {
      kind: "refused",
      phase: "mail",
      code: 552,
      enhancedCode: "5.3.4",
      reply: replyOf(error.message),
    };
  return { kind: "notSent", reason: replyOf(error.message) };
}

type Answered = SmtpError & { readonly response: string; readonly responseCode: number };

function isRefusal(error: SmtpError): error is Answered {
  return (
    typeof error.response === "string" &&
    typeof error.responseCode === "number" &&
    error.responseCode >= 400 &&
    error.responseCode <= 599
  );
}

function phaseOf(error: SmtpError, isBegun: boolean): SmtpPhase {
  if (isBegun) return "dot";
  if (error.command === "MAIL FROM") return "mail";
  if (error.command === "RCPT TO") return "rcpt";
  return error.command === "DATA" ? "data" : "connect";
}

function refusal(error: Answered, phase: SmtpPhase): SendResult {
  const enhanced = /^\d{3}[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(error.response)?.[1] ?? null;
  return {
    kind: "refused",
    phase,
    code: error.responseCode,
    enhancedCode: enhanced,
    reply: replyOf(error.response),
  };
}
