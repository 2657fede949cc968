import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lexicographicSortSchema, printSchema } from "graphql";
import { accessDocument } from "#schema/access/access-document.js";
import { buildSchema } from "#schema/build-schema.js";
import { generateConsoleTypes } from "./generate-console-types.js";

/**
 * Writes what is made from the code: schema/schema.graphql (the contract), schema/access.md (who may use it) and the
 * console's types. With `--check` nothing is written, and a file that is not up to date fails, by name.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const check = process.argv.includes("--check");
const { schema, access } = buildSchema();

const wanted = {
  "schema/schema.graphql": `${printSchema(lexicographicSortSchema(schema))}\n`,
  "schema/access.md": accessDocument(access),
};
const outdated: string[] = [];
for (const [path, text] of Object.entries(wanted)) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  outdated.push(path);
  if (!check) writeFileSync(file, text);
}
outdated.push(...generateConsoleTypes(root, { check }));

if (check && outdated.length > 0) {
  console.error(`Not up to date: ${outdated.join(", ")}. Run npm run generate and commit the result.`);
  process.exitCode = 1;
} else if (outdated.length > 0) console.log(`Written: ${outdated.join(", ")}`);
