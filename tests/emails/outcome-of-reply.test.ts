import { describe, expect, it } from "vitest";
import { outcomeOf, retryDelaySeconds, type SmtpPhase } from "../../domain/emails/index.js";

type Row = [phase: SmtpPhase, reply: string, state: string, reason?: string];

const refused = (phase: SmtpPhase, reply: string) => ({
  kind: "refused" as const,
  phase,
  code: Number(reply.slice(0, 3)),
  enhancedCode: /^\d{3} (\d\.\d+\.\d+)/.exec(reply)?.[1] ?? null,
  reply,
});

describe("an answer of the server becomes", () => {
  const table: Row[] = [
    ["connect", "421 4.3.2 try later", "DEFERRED"],
    ["connect", "554 5.7.1 you are blocked", "DEFERRED"],
    ["connect", "535 5.7.8 wrong password", "DEFERRED"],
    ["mail", "421 closing", "DEFERRED"],
    ["mail", "451 4.7.1 greylisted", "DEFERRED"],
    ["mail", "503 bad sequence", "DEFERRED"],
    ["mail", "530 5.7.0 sign in first", "DEFERRED"],
    ["mail", "550 5.1.8 sender domain does not exist", "FAILED", "REJECTED"],
    ["mail", "550 5.1.0 sender unknown", "FAILED", "REJECTED"],
    ["mail", "550 5.7.1 sender not allowed", "FAILED", "POLICY"],
    ["mail", "552 5.3.4 message too big", "FAILED", "POLICY"],
    ["mail", "552 too big", "FAILED", "POLICY"],
    ["mail", "550 no", "FAILED", "REJECTED"],
    ["rcpt", "450 4.2.0 greylisted", "DEFERRED"],
    ["rcpt", "451 4.3.0 temporary failure", "DEFERRED"],
    ["rcpt", "452 4.3.1 out of storage", "DEFERRED"],
    ["rcpt", "452 4.2.2 mailbox full", "BOUNCED_SOFT", "MAILBOX_FULL"],
    ["rcpt", "552 5.2.2 mailbox full", "BOUNCED_SOFT", "MAILBOX_FULL"],
    ["rcpt", "552 mailbox full", "BOUNCED_SOFT", "MAILBOX_FULL"],
    ["rcpt", "550 5.1.1 user unknown", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["rcpt", "550 5.1.2 bad system", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["rcpt", "553 5.1.3 bad syntax", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["rcpt", "551 5.1.6 moved", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["rcpt", "556 5.1.10 null MX", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["rcpt", "556 does not accept mail", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["rcpt", "550 No such user here", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["rcpt", "550 mailbox unavailable", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["rcpt", "550 5.0.0 user unknown", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["rcpt", "550 5.7.1 user unknown, or blocked", "FAILED", "POLICY"],
    ["rcpt", "554 5.7.1 relay access denied", "FAILED", "POLICY"],
    ["rcpt", "550 relay denied for unknown user", "FAILED", "POLICY"],
    ["rcpt", "550 listed at a spam list", "FAILED", "POLICY"],
    ["rcpt", "550 5.1.7 bad sender", "FAILED", "REJECTED"],
    ["rcpt", "550 5.2.1 mailbox disabled", "FAILED", "REJECTED"],
    ["rcpt", "550 refused", "FAILED", "REJECTED"],
    ["rcpt", "554 refused", "FAILED", "REJECTED"],
    ["data", "421 closing", "DEFERRED"],
    ["data", "451 try later", "DEFERRED"],
    ["data", "503 bad sequence", "DEFERRED"],
    ["data", "554 no valid recipients", "FAILED", "REJECTED"],
    ["data", "554 5.7.0 policy", "FAILED", "POLICY"],
    ["dot", "421 closing", "DEFERRED"],
    ["dot", "451 4.7.0 try later", "DEFERRED"],
    ["dot", "452 4.3.1 out of storage", "DEFERRED"],
    ["dot", "552 5.3.4 too big", "FAILED", "POLICY"],
    ["dot", "552 too big", "FAILED", "POLICY"],
    ["dot", "552 5.2.2 mailbox full", "BOUNCED_SOFT", "MAILBOX_FULL"],
    ["dot", "554 5.7.1 looks like spam", "FAILED", "POLICY"],
    ["dot", "554 rejected as spam", "FAILED", "POLICY"],
    ["dot", "550 5.1.1 recipient not found", "BOUNCED_HARD", "BAD_ADDRESS"],
    ["dot", "550 unknown error", "FAILED", "REJECTED"],
    ["dot", "554 5.6.0 broken content", "FAILED", "REJECTED"],
  ];

  it.each(table)("%s: %s → %s %s", (phase, reply, state, reason) => {
    const outcome = outcomeOf(refused(phase, reply));
    expect(outcome).toEqual(reason ? { state, reason, reply } : { state, reply });
  });

  it("SENT only when 250 was read, UNCERTAIN when the body was begun and nothing was, DEFERRED when it was not", () => {
    expect(outcomeOf({ kind: "accepted", reply: "250 queued" })).toEqual({
      state: "SENT",
      reply: "250 queued",
    });
    expect(outcomeOf({ kind: "unknown", reason: "lost" })).toEqual({ state: "UNCERTAIN", reply: "lost" });
    expect(outcomeOf({ kind: "notSent", reason: "refused" })).toEqual({
      state: "DEFERRED",
      reply: "refused",
    });
  });

  it("never SENT or UNCERTAIN for a refusal, whatever phase and code", () => {
    for (const phase of ["connect", "mail", "rcpt", "data", "dot"] as const)
      for (let code = 400; code < 600; code += 1) {
        const { state } = outcomeOf(refused(phase, `${code} no`));
        expect(["SENT", "UNCERTAIN"], `${phase} ${code}`).not.toContain(state);
        // 4xx says "later", with or without an enhanced code.
        if (code < 500) expect(state).toBe("DEFERRED");
      }
  });

  it("never a suppression on a doubtful answer: only what says that nobody is there bounces hard", () => {
    for (const phase of ["connect", "mail", "data", "dot"] as const)
      for (let code = 500; code < 600; code += 1)
        expect(outcomeOf(refused(phase, `${code} user unknown`)).state).not.toBe("BOUNCED_HARD");
  });
});

describe("P1: the delay before the next attempt", () => {
  it("doubles from 30 s to an hour", () => {
    expect([1, 2, 3, 4, 7, 8, 50].map((attempt) => retryDelaySeconds(attempt, 0.5))).toEqual([
      30, 60, 120, 240, 1920, 3600, 3600,
    ]);
  });

  it("varies by a fifth either way", () => {
    expect(retryDelaySeconds(1, 0)).toBeCloseTo(24);
    expect(retryDelaySeconds(1, 1)).toBeCloseTo(36);
    expect(retryDelaySeconds(20, 1)).toBeCloseTo(4320);
  });
});
