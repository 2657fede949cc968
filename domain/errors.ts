/** One broken rule of an input: where, which rule, the value as given (cut, never a secret) and a sentence for people. */
export interface InputIssue {
  readonly path: readonly string[];
  readonly rule: string;
  readonly message: string;
  readonly value?: string | null;
}

/**
 * Every failure that the product expects. `code` is stable and part of the contract (docs/errors.md);
 * `isAlert` says whether anybody should be woken for it.
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  /** The input field. Not named `path`: graphql-js takes an error with a list of that name for one that it has placed. */
  readonly inputPath: readonly string[] | null = null;
  readonly isAlert: boolean = false;
}

/** The input breaks rules; all of them are listed. */
export class InvalidInputError extends DomainError {
  readonly code = "BAD_USER_INPUT";
  override readonly inputPath: readonly string[] | null;
  constructor(readonly issues: readonly InputIssue[]) {
    super(issues.map((issue) => issue.message).join(" "));
    this.inputPath = issues[0]?.path ?? null;
  }
}

/** The thing exists, but its state does not allow this now. */
export class InvalidTransitionError extends DomainError {
  readonly code = "INVALID_TRANSITION";
  constructor(
    message: string,
    readonly from: string,
    readonly to: string,
    readonly allowed: readonly string[],
  ) {
    super(message);
  }
}

/** Somebody else changed it first, or the same key or name is taken. */
export class ConflictError extends DomainError {
  readonly code = "CONFLICT";
  constructor(
    message: string,
    override readonly inputPath: readonly string[] | null = null,
  ) {
    super(message);
  }
}

/** What stands between a draft and its launch, all of it. */
export class NotReadyError extends DomainError {
  readonly code = "CAMPAIGN_NOT_READY";
  constructor(readonly issues: readonly InputIssue[]) {
    super(`The campaign cannot be launched yet: ${issues.map((issue) => issue.message).join(" ")}`);
  }
}

/** Wrong address or password; never says which. */
export class InvalidCredentialsError extends DomainError {
  readonly code = "INVALID_CREDENTIALS";
  constructor(message = "The e-mail address or the password is wrong.") {
    super(message);
  }
}

/** It does not exist, or it is not theirs: the two are not told apart. */
export class NotFoundError extends DomainError {
  readonly code = "NOT_FOUND";
  constructor(readonly thing: string) {
    super(`There is no such ${thing}.`);
  }
}

export class UnauthenticatedError extends DomainError {
  readonly code = "UNAUTHENTICATED";
  constructor(message = "Sign in to do this.") {
    super(message);
  }
}

/** The caller's role lacks the permission; `explain` says what would be enough. */
export class ForbiddenError extends DomainError {
  readonly code = "FORBIDDEN";
  constructor(
    readonly explain: {
      readonly permission: string;
      readonly roles: readonly string[];
      readonly scope: string;
      readonly grantedBy: readonly string[];
    },
  ) {
    const who =
      explain.roles.length === 0
        ? "nobody has"
        : `the role${explain.roles.length > 1 ? "s" : ""} ${explain.roles.join(" and ")} ${explain.roles.length > 1 ? "have" : "has"}`;
    super(`This needs the permission ${explain.permission}, which ${who}.`);
  }
}

export class RateLimitedError extends DomainError {
  readonly code = "RATE_LIMITED";
  constructor(readonly retryAfterSeconds: number) {
    super(`Too many attempts. Try again in ${retryAfterSeconds} seconds.`);
  }
}

/** One issue, thrown: the short way for a rule that a schema cannot state. */
export function invalid(
  path: readonly string[],
  rule: string,
  message: string,
  value?: unknown,
): InvalidInputError {
  return new InvalidInputError([{ path, rule, message, value: shown(value) }]);
}

/** A value as it may be repeated to its sender: text, at most 200 characters. */
export function shown(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
