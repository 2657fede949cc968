/** What a log line has of an error: plain, without the statement that failed and the values in it. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly [detail: string]: unknown;
}

/** Where PostgreSQL's driver and the unit of work put statements, values and whole rows. */
const OF_STATEMENTS: ReadonlySet<string> = new Set(
  "sql query parameters params bindings values internalQuery sqlMessage detail where hint entity".split(" "),
);
const STARTS_AS_SQL =
  /^\s*(with|select|insert|update|delete|merge|begin|commit|rollback|savepoint|release|set|create|alter|drop|lock|call)\s[^]* - /i;
const DEEPEST = 5;

/** Serializer of `err` in log lines. Addresses, names and tokens are values of statements; a log is no place for them. */
export function loggedError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > DEEPEST) return error instanceof Error ? error.name : error;
  const message = withoutSql(error.message);
  const details = Object.entries(error)
    .filter(([name]) => !OF_STATEMENTS.has(name) && !["message", "stack", "cause", "errors"].includes(name))
    .map(([name, value]) => [name, loggedError(value, depth + 1)] as const);
  const logged: LoggedError = {
    ...Object.fromEntries(details),
    type: error.constructor.name || error.name,
    message,
    stack: [`${error.name}: ${message}`, ...placesOf(error)].join("\n"),
  };
  const inner = {
    ...(error.cause !== undefined && { cause: loggedError(error.cause, depth + 1) }),
    ...(error instanceof AggregateError && {
      aggregateErrors: error.errors.map((each) => loggedError(each, depth + 1)),
    }),
  };
  return { ...logged, ...inner };
}

/** The unit of work writes "statement - reason", with the values in the statement. */
export function withoutSql(message: string): string {
  if (!STARTS_AS_SQL.test(message)) return message;
  return message.slice(message.lastIndexOf(" - ") + 3);
}

export function placesOf(error: Error): string[] {
  const places = (error.stack ?? "").replaceAll(error.message, "").split("\n");
  return places.filter((line) => /^\s+at /.test(line));
}
