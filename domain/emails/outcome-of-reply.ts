/** Where in the SMTP dialogue an answer came: before the mail, to MAIL, RCPT or DATA, or to the final dot. */
export type SmtpPhase = "connect" | "mail" | "rcpt" | "data" | "dot";

/** What is known after an attempt to hand a mail to the server. */
export type SendResult =
  /** 250 after the final dot. */
  | { readonly kind: "accepted"; readonly reply: string }
  /** The server said no. */
  | {
      readonly kind: "refused";
      readonly phase: SmtpPhase;
      /** 400–599 */
      readonly code: number;
      /** RFC 3463, such as 5.1.1; null when the reply has none. */
      readonly enhancedCode: string | null;
      readonly reply: string;
    }
  /** The body was not touched: certainly not accepted. */
  | { readonly kind: "notSent"; readonly reason: string }
  /** The body was begun and no answer came: accepted or not, only the server knows. */
  | { readonly kind: "unknown"; readonly reason: string };

type Refusal = Extract<SendResult, { kind: "refused" }>;

export type FailureReason = "POLICY" | "REJECTED" | "TEMPLATE" | "GAVE_UP";

/** What the ledger is told about an attempt. */
export type LedgerOutcome =
  | { readonly state: "SENT"; readonly reply: string }
  | { readonly state: "DEFERRED"; readonly reply: string }
  | { readonly state: "BOUNCED_HARD"; readonly reason: "BAD_ADDRESS"; readonly reply: string }
  | { readonly state: "BOUNCED_SOFT"; readonly reason: "MAILBOX_FULL"; readonly reply: string }
  | { readonly state: "FAILED"; readonly reason: FailureReason; readonly reply: string }
  | { readonly state: "UNCERTAIN"; readonly reply: string };

type Verdict = "defer" | "hard" | "full" | "policy" | "reject";

/** Send-time answer to ledger state. Only 250 after the dot is SENT; silence after the body was begun is UNCERTAIN. */
export function outcomeOf(result: SendResult): LedgerOutcome {
  switch (result.kind) {
    case "accepted":
      return { state: "SENT", reply: result.reply };
    case "notSent":
      return { state: "DEFERRED", reply: result.reason };
    case "unknown":
      return { state: "UNCERTAIN", reply: result.reason };
    case "refused":
      return OUTCOME[verdictOf(result)](result.reply);
  }
}

const OUTCOME: Readonly<Record<Verdict, (reply: string) => LedgerOutcome>> = {
  defer: (reply) => ({ state: "DEFERRED", reply }),
  hard: (reply) => ({ state: "BOUNCED_HARD", reason: "BAD_ADDRESS", reply }),
  full: (reply) => ({ state: "BOUNCED_SOFT", reason: "MAILBOX_FULL", reply }),
  policy: (reply) => ({ state: "FAILED", reason: "POLICY", reply }),
  reject: (reply) => ({ state: "FAILED", reason: "REJECTED", reply }),
};

/** The relay refuses us, not this mail: wrong sequence, sign-in or encryption wanted. Mending the settings helps. */
const OUR_OWN_FAULT: ReadonlySet<number> = new Set([503, 530, 534, 535, 538]);

/** First match wins; without one the mail is REJECTED. */
const RULES: readonly (readonly [(refusal: Refusal) => boolean, Verdict])[] = [
  [({ phase }) => phase === "connect", "defer"],
  [({ enhancedCode }) => enhancedCode === "4.2.2", "full"],
  [({ code }) => code < 500 || OUR_OWN_FAULT.has(code), "defer"],
  [({ enhancedCode }) => enhancedCode === "5.2.2", "full"],
  [(refusal) => isOf(refusal, /^5\.7\.|^5\.3\.4$/), "policy"],
  // 5.1.7 and 5.1.8 speak of the sender's address, and so does every 5.1.x that answers MAIL.
  [(refusal) => isOf(refusal, /^5\.1\.[78]$/), "reject"],
  [(refusal) => isOf(refusal, /^5\.1\./) && refusal.phase !== "mail", "hard"],
  [({ enhancedCode }) => enhancedCode !== null && enhancedCode !== "5.0.0", "reject"],
  [({ code, phase }) => code === 552 && phase === "rcpt", "full"],
  [({ code }) => code === 552, "policy"],
  [({ reply }) => POLICY_WORDS.test(reply), "policy"],
  [({ code, phase }) => code === 556 && phase === "rcpt", "hard"],
  [
    ({ code, phase, reply }) =>
      phase === "rcpt" && [550, 551, 553].includes(code) && NOBODY_THERE.test(reply),
    "hard",
  ],
];

function verdictOf(refusal: Refusal): Verdict {
  return RULES.find(([applies]) => applies(refusal))?.[1] ?? "reject";
}

function isOf(refusal: Refusal, pattern: RegExp): boolean {
  return refusal.enhancedCode !== null && pattern.test(refusal.enhancedCode);
}

// Without an enhanced code only the words tell. An address is suppressed for good only when they say that nobody is
// there; a doubtful refusal fails this mail alone.
const POLICY_WORDS =
  /spam|black ?list|block ?list|blocked|denied|policy|reputation|spf|dkim|dmarc|relay|prohibited|virus|content/i;
const NOBODY_THERE =
  /unknown|no such|not found|does ?n[o']t exist|does not exist|invalid|unavailable|disabled|no mailbox|undeliverable|unrouteable|not a valid/i;

/** Policy P1: 30 s × 2ⁿ, at most an hour, varied by a fifth either way; `random` is from 0 to 1. */
export function retryDelaySeconds(attempt: number, random: number): number {
  const plain = Math.min(3600, 30 * 2 ** Math.max(0, attempt - 1));
  return plain * (0.8 + 0.4 * random);
}
