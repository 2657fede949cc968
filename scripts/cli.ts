#!/usr/bin/env node
import { parseArgs } from "node:util";
import { verifyDatabase } from "./audit/verify-database.js";
import { setInstallationFrozen } from "./sending/freeze-installation.js";
import { readSettings } from "./supervisor/settings.js";

/** `npx postwatch COMMAND`. Ends with 0: as it should be, 1: not so, 2: it could not be done. */
const USAGE = `Usage: postwatch COMMAND, in the database of DATABASE_URL or in that of a running npm start
  audit verify [--key KEY]...  checks every chain of the audit record
      --key KEY   a key (16 hex digits) that you know to be the installation's; without it its first key counts
  freeze REASON                stops all mail of the installation, on record with the reason
  release REASON               lets it go on: this database is the original from now on`;

interface Given {
  readonly keys: ReadonlySet<string> | undefined;
  readonly words: readonly string[];
}
interface Command {
  /** Whether words follow its name. */
  readonly takesWords: boolean;
  run(given: Given): Promise<number>;
}

const setFrozen = (isFrozen: boolean): Command => ({
  takesWords: true,
  async run({ words }) {
    console.log(await setInstallationFrozen(readSettings(), isFrozen, words.join(" ")));
    return 0;
  },
});

const COMMANDS: Readonly<Record<string, Command>> = {
  "audit verify": {
    takesWords: false,
    run: async ({ keys: trusted }) =>
      (await verifyDatabase(readSettings(), { trusted, print: (line) => console.log(line) })) ? 0 : 1,
  },
  freeze: setFrozen(true),
  release: setFrozen(false),
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: "string", multiple: true }, help: { type: "boolean", short: "h" } },
  });
  const name = Object.keys(COMMANDS).find((each) => `${positionals.join(" ")} `.startsWith(`${each} `));
  const words = positionals.slice(name?.split(" ").length ?? 0);
  if (values.help || name === undefined || words.length > 0 !== COMMANDS[name]!.takesWords) {
    (values.help ? process.stdout : process.stderr).write(`${USAGE}\n`);
    return values.help ? 0 : 2;
  }
  return COMMANDS[name]!.run({ keys: values.key && new Set(values.key), words });
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`postwatch: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
