import { existsSync, readFileSync } from "node:fs";

/** The version of this checkout, as in package.json; the file stands one level higher for what was built. */
export const VERSION: string = readVersion();

function readVersion(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    const file = new URL(path, import.meta.url);
    if (existsSync(file)) return String(JSON.parse(readFileSync(file, "utf8")).version);
  }
  return "unknown";
}
