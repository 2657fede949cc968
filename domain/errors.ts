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
  /** The same may work in a moment; otherwise trying again cannot mend it. */
  readonly isPassing: boolean = false;
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
    /** Where an edit came too late: the version it was made on, and the one that is there. */
    readonly versions: { readonly expected: number; readonly current: number } | null = null,
  ) {
    super(message);
  }
}

/** @throws ConflictError when the caller edited another version than the one that is there */
export function demandVersion(thing: string, current: number, expected: number | null | undefined): void {
  if (expected == null || expected === current) return;
  throw new ConflictError(
    `Somebody else has changed the ${thing}: it is at version ${current}, you edited version ${expected}. Load it again.`,
    ["expectedVersion"],
    { expected, current },
  );
}

/** An organisation keeps one active administrator: the last one is not demoted, suspended, removed or erased. */
export class LastAdminError extends DomainError {
  readonly code = "LAST_ADMIN";
  constructor() {
    super("This is the organisation's last active administrator. Make somebody else administrator first.");
  }
}

/** What stands between a draft and its launch, or an edit and the campaign that runs, all of it. */
export class NotReadyError extends DomainError {
  readonly code = "CAMPAIGN_NOT_READY";
  constructor(
    readonly issues: readonly InputIssue[],
    what = "The campaign cannot be launched yet",
  ) {
    super(`${what}: ${issues.map((issue) => issue.message).join(" ")}`);
  }
}

/** Mail became due while the campaign was paused: what becomes of it is chosen, never guessed. */
export class OverdueChoiceError extends DomainError {
  readonly code = "OVERDUE_CHOICE";
  override readonly inputPath = ["overduePolicy"];
  constructor(
    /** Mails. */
    readonly overdue: number,
    /** ISO instant. */
    readonly pausedAt: string,
    /** What each choice would do. */
    readonly previews: readonly object[],
  ) {
    super(
      `${overdue} ${overdue === 1 ? "mail" : "mails"} became due during the pause. Choose what happens to them: SKIP leaves them out, ` +
        "SHIFT moves everything by the length of the pause, CATCH_UP sends them from now on.",
    );
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

/** Somebody who can give what is missing. */
export interface Granter {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Why somebody is refused, in full. */
export interface Refusal {
  /** As the schema names it, e.g. CAMPAIGN_DELETE. */
  readonly permission: string;
  /** The roles that have it. */
  readonly roles: readonly string[];
  /**
   * What failed. ROLE: the role lacks the permission. TEAM: the role has it only for teams that the caller belongs to
   * or leads. OWN: nobody does this to themselves. VIEW_AS: whoever looks through another's eyes changes nothing.
   */
  readonly scope: "ROLE" | "TEAM" | "OWN" | "VIEW_AS";
  /** The people who can give it; filled in where the refusal meets the database. */
  readonly grantedBy: readonly Granter[];
}

/** The caller may not do this; `explain` says what would be enough and whom to ask. */
export class ForbiddenError extends DomainError {
  readonly code = "FORBIDDEN";
  constructor(
    readonly explain: Refusal,
    sentence?: string,
  ) {
    super(sentence ?? sentenceOf(explain));
  }

  /** The same with the people to ask. */
  withGranters(grantedBy: readonly Granter[]): ForbiddenError {
    return new ForbiddenError({ ...this.explain, grantedBy }, this.message);
  }
}

function sentenceOf({ permission, roles }: Refusal): string {
  const who =
    roles.length === 0
      ? "nobody has"
      : `the role${roles.length > 1 ? "s" : ""} ${roles.join(" and ")} ${roles.length > 1 ? "have" : "has"}`;
  return `This needs the permission ${permission}, which ${who}.`;
}

export class RateLimitedError extends DomainError {
  readonly code = "RATE_LIMITED";
  override readonly isPassing = true;
  /** @param isFirst those before were let through: the one refusal of many that is worth an entry */
  constructor(
    readonly retryAfterSeconds: number,
    readonly isFirst = false,
  ) {
    super(`Too many attempts. Try again in ${retryAfterSeconds} seconds.`);
  }
}

/**
 * Something that the product cannot do without is away or too busy. Whatever was asked may be asked again; a change by the
 * same idempotencyKey, because it may have been made before the answer was lost.
 */
export class UnavailableError extends DomainError {
  readonly code = "UNAVAILABLE";
  override readonly isPassing = true;
  readonly retryAfterSeconds = 1;
  /** @param isAlert it will not pass by itself, e.g. a volume that is full */
  constructor(
    message: string,
    options: ErrorOptions = {},
    override readonly isAlert = false,
  ) {
    super(message, options);
  }
}

/** Whether the error says something about what was asked; what is away says nothing about it. */
export function isRefusal(error: unknown): error is DomainError {
  return error instanceof DomainError && !(error instanceof UnavailableError);
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
