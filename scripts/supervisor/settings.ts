import { existsSync } from "node:fs";
import { type Config, loadConfig } from "#platform/config.js";

/** A fault the user can mend: printed as one line, without a stack. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/**
 * The environment, completed by a file `.env` in the working directory; what is set in the environment wins.
 * @throws ConfigError naming every fault at once
 */
export function readSettings(): Config {
  if (existsSync(".env")) process.loadEnvFile(".env");
  return loadConfig(process.env);
}
