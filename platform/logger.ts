import { pino, type Logger } from "pino";
import { loggedError } from "./logged-error.js";

export type { Logger };

/** Paths whose values never reach a log line, whoever logs them. */
const REDACTED = ["password", "token", "accessToken", "refreshToken", "authorization", "cookie", "secret"];

// When the reader of a pipe is gone, pino's own stream repeats the last write for ever and the process never ends.
// Node's stream reports it instead, and a log that nobody reads is no reason to fall.
process.stdout.on("error", () => {});

/** One JSON object a line on standard output; `role` says which process speaks. */
export function createLogger(role: string, level: string): Logger {
  const options = {
    level,
    base: { role, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
    serializers: { err: (error: unknown) => loggedError(error) },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, process.stdout);
}
