import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Runs a file of dist/. npx links to what stands here, once and for all, whether or not anything is built by then. */
export async function runBuilt(name, path) {
  const program = new URL(`../../dist/${path}`, import.meta.url);
  if (existsSync(program)) return void (await import(program.href));
  const root = fileURLToPath(new URL("../..", import.meta.url));
  process.stderr.write(`${name}: nothing is built yet: npm run build in ${root} comes first.\n`);
  process.exitCode = 2;
}
