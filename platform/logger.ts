import { pino, type Logger } from "pino";

export type { Logger };

/** Paths whose values never reach a log line, whoever logs them. */
const REDACTED = ["password", "token", "accessToken", "refreshToken", "authorization", "cookie", "secret"];

/** One JSON object a line on standard output; `role` says which process speaks. */
export function createLogger(role: string, level: string): Logger {
  return pino({
    level,
    base: { role, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
    formatters: { level: (label) => ({ level: label }) },
  });
}
