import { fileURLToPath } from "node:url";

/** Where `npm run build` puts the console, seen from the sources as well as from dist/. */
export function consoleDirectory(): string {
  const isSource = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(isSource ? "../../dist/console/" : "../../console/", import.meta.url));
}
