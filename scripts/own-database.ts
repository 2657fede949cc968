import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, type Config } from "#platform/config.js";

/** DATABASE_URL, or else the database that `npm start` runs in the data directory. @throws ConfigError where none was ever started */
export async function databaseOf({ databaseUrl, home }: Config): Promise<string> {
  if (databaseUrl) return databaseUrl;
  try {
    const password = (await readFile(join(home, "postgres", "password"), "utf8")).trim();
    const { postgres } = JSON.parse(await readFile(join(home, "ports.json"), "utf8")) as { postgres: number };
    return `postgresql://postwatch:${password}@127.0.0.1:${postgres}/postwatch`;
  } catch {
    throw new ConfigError([`DATABASE_URL must be set: there is no database of npm start in ${home}`]);
  }
}

/** The directory of the cluster that `npm start` runs. */
export const clusterOf = (home: string): string => join(home, "postgres", "cluster");
