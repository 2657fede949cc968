import type { CombinedError } from "@urql/core";

/** One field that the server refused. `path` has no leading "input". */
export interface FieldIssue {
  path: string;
  message: string;
}

/** What a FORBIDDEN answer says about itself: what is missing, which roles have it, and whom to ask. */
export interface Explanation {
  permission: string;
  roles: readonly string[];
  scope: "ROLE" | "TEAM" | "OWN" | "VIEW_AS";
  grantedBy: readonly { id: string; name: string; email: string }[];
}

/** A refusal in the form the screens use: a sentence, and the fields it is about. */
export interface Failure {
  code: string;
  message: string;
  issues: FieldIssue[];
  /** Only of a FORBIDDEN answer. */
  explain?: Explanation;
}

interface ErrorMember {
  code?: string;
  message?: string;
  path?: readonly string[] | null;
  issues?: readonly { path: readonly string[]; message: string }[];
}

const dotted = (path: readonly string[] | null | undefined) =>
  (path ?? []).filter((part, index) => !(index === 0 && part === "input")).join(".");

/** Reads an `Error` member of a payload union. */
export function failureOf(member: ErrorMember): Failure {
  const message = member.message ?? "The server refused this without a reason.";
  const issues = member.issues?.map((issue) => ({ path: dotted(issue.path), message: issue.message }));
  const own = dotted(member.path);
  return { code: member.code ?? "UNKNOWN", message, issues: issues ?? (own ? [{ path: own, message }] : []) };
}

const sentences: Record<string, string> = {
  UNAUTHENTICATED: "Your session has ended. Sign in again.",
  NOT_FOUND: "It no longer exists, or it belongs to a team you are not in.",
};

/** Reads a transport or access error; never shows a stack. */
export function failureOfError(error: CombinedError): Failure {
  const first = error.graphQLErrors[0];
  if (!first)
    return { code: "NETWORK", message: "The server cannot be reached. Check the connection.", issues: [] };
  const code = String(first.extensions["code"] ?? "INTERNAL_SERVER_ERROR");
  const retryAfter = first.extensions["retryAfterSeconds"];
  const message =
    code === "RATE_LIMITED" && typeof retryAfter === "number"
      ? `Too many requests. Try again in ${retryAfter} seconds.`
      : (sentences[code] ?? first.message);
  const explain = first.extensions["explain"] as Explanation | undefined;
  return { code, message, issues: [], ...(explain && { explain }) };
}
