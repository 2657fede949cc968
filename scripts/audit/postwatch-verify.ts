import { createReadStream, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread } from "node:worker_threads";
import { BundleVerifier } from "../../domain/audit/verify/bundle-verifier.js";
import { judgeReceipt } from "../../domain/audit/verify/receipt.js";
import { tell } from "../../domain/audit/verify/tell.js";
import { blocksOf } from "./blocks.js";
import { readForParent, readInThreads } from "./reading-threads.js";

/**
 * `postwatch-verify FILE`: checks a bundle on a machine that has node and nothing of ours. Built into one file,
 * dist/postwatch-verify.mjs. Ends with 0: intact, 1: not, 2: it could not be checked.
 */
const USAGE = `Usage: postwatch-verify [--key KEY]... FILE
       postwatch-verify [--key KEY]... --receipt FILE [--mail FILE]
Checks an exported bundle of Postwatch's audit record; - reads it from the standard input.
  --key KEY   a key (16 hex digits) that you know to be the organisation's; without it the bundle's first key counts,
              or the one in the receipt.
  --receipt   a receipt of one mail; --mail: the mail itself, whose bytes are compared with it`;
/** With more of them, what is left to the main thread takes longer than all that they do. */
const MOST_THREADS = 4;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      key: { type: "string", multiple: true },
      receipt: { type: "string" },
      mail: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.receipt !== undefined && positionals.length === 0 && !values.help)
    return verifyReceipt(values.receipt, values.mail, values.key && new Set(values.key));
  const [path, ...others] = positionals;
  if (values.help || path === undefined || others.length > 0 || values.mail !== undefined) {
    (values.help ? process.stdout : process.stderr).write(`${USAGE}\n`);
    return values.help ? 0 : 2;
  }
  const verifier = new BundleVerifier(values.key && new Set(values.key));
  const stream = path === "-" ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 });
  const threads = Math.min(MOST_THREADS, availableParallelism());
  for await (const lines of readInThreads(blocksOf(stream), fileURLToPath(import.meta.url), threads))
    for (const line of lines) verifier.take(line);
  const verdict = verifier.finish();
  const { chain, exportedAt, filter } = verifier.facts!;
  const scope = filter === null ? "everything" : `a part: ${JSON.stringify(filter)}`;
  console.log(`chain ${chain}, exported at ${exportedAt}, ${scope}`);
  for (const line of tell(verdict)) console.log(line);
  return verdict.isIntact ? 0 : 1;
}

function verifyReceipt(file: string, mailFile?: string, trusted?: ReadonlySet<string>): number {
  const mail = mailFile === undefined ? null : readFileSync(mailFile);
  const { faults, lines, keyId } = judgeReceipt(readFileSync(file, "utf8"), mail, trusted);
  for (const line of lines) console.log(line);
  for (const fault of faults) console.log(`NOT PROVEN: ${fault}`);
  if (faults.length > 0) return 1;
  console.log(`signed by ${keyId}${mail ? "; the mail is the one that it is about" : ""}`);
  return 0;
}

async function run(): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`postwatch-verify: ${(error as Error).message}\n`);
    process.exitCode = 2;
  }
}

if (isMainThread) await run();
else readForParent();
