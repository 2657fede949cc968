import type { Failure } from "../../api/failure";

/** One person to invite, as it was typed or pasted. */
export interface Invitee {
  email: string;
  /** From `Ada Okafor <ada@example.com>`. */
  name?: string;
}

export type Verdict = "INVITED" | "KNOWN" | "NOT_AN_ADDRESS" | "REFUSED" | "WAITING";

export interface InviteResult {
  invitee: Invitee;
  verdict: Verdict;
  message: string;
}

export const verdictWords: Record<Verdict, string> = {
  INVITED: "Invited",
  KNOWN: "Address taken",
  NOT_AN_ADDRESS: "Not an address",
  REFUSED: "Not invited",
  WAITING: "Not sent yet",
};

const namedAddress = /^(.*?)\s*<([^<>]*)>$/;

function inviteeOf(text: string): Invitee {
  const named = namedAddress.exec(text);
  const name = named?.[1]?.replace(/^"|"$/g, "").trim();
  return named ? { email: (named[2] ?? "").trim(), ...(name && { name }) } : { email: text };
}

/**
 * Reads addresses separated by commas, semicolons, spaces or line breaks; `Name <address>` keeps the name. Each
 * address comes once, whatever its case.
 */
export function readInvitees(text: string): Invitee[] {
  const parts = text
    .split(/[,;\n\r]+/)
    .flatMap((part) => (part.includes("<") ? [part] : part.split(/\s+/)))
    .map((part) => part.trim())
    .filter(Boolean);
  const found = new Map<string, Invitee>();
  for (const part of parts) {
    const invitee = inviteeOf(part);
    const key = invitee.email.toLowerCase();
    if (!found.has(key)) found.set(key, invitee);
  }
  return [...found.values()];
}

/** A first look that spares a request; the server decides. */
export const looksLikeAddress = (email: string) => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email);

/** How it stands in the text box again. */
export const written = ({ email, name }: Invitee) => (name ? `${name} <${email}>` : email);

/** What a refusal says about one address. Refusals that are about the role or the teams hit every address alike. */
export function resultOf(invitee: Invitee, failure: Failure | undefined): InviteResult {
  if (!failure) return { invitee, verdict: "INVITED", message: "The invitation is on its way." };
  if (failure.code === "CONFLICT") return { invitee, verdict: "KNOWN", message: failure.message };
  const aboutAddress = failure.issues.some((issue) => issue.path.split(".").at(-1) === "email");
  const verdict = aboutAddress ? "NOT_AN_ADDRESS" : failure.code === "RATE_LIMITED" ? "WAITING" : "REFUSED";
  return { invitee, verdict, message: failure.message };
}

/** "3 invited, 1 address taken, 1 not an address." */
export function summaryOf(results: readonly InviteResult[]): string {
  const counted = (Object.keys(verdictWords) as Verdict[])
    .map((verdict) => ({ verdict, count: results.filter((each) => each.verdict === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdictWords[verdict].toLowerCase()}`);
  return counted.length ? `${counted.join(", ")}.` : "";
}

/** What stays in the text box after sending: everybody who is neither invited nor taken. */
export const leftOver = (results: readonly InviteResult[]) =>
  results
    .filter(({ verdict }) => verdict !== "INVITED" && verdict !== "KNOWN")
    .map(({ invitee }) => written(invitee))
    .join("\n");
