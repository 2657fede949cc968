import { readFileSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { minifyIntrospection, outputIntrospectionFile } from "@gql.tada/internal";
import { buildSchema, introspectionFromSchema } from "graphql";

const source = "schema/schema.graphql";
const target = "console/src/api/graphql-env.d.ts";

/** How to run: `check` compares instead of writing. */
export interface GenerateOptions {
  check?: boolean;
}

/**
 * Writes the console's GraphQL types from the committed schema.
 * Returns the paths (relative to `root`) that were out of date; with `check` nothing is written.
 * Throws when the schema cannot be read or parsed.
 */
export function generateConsoleTypes(root: string, { check = false }: GenerateOptions = {}): string[] {
  const schema = buildSchema(readFileSync(join(root, source), "utf8"));
  const introspection = minifyIntrospection(introspectionFromSchema(schema));
  const wanted = outputIntrospectionFile(introspection, { fileType: ".d.ts", shouldPreprocess: true });
  const path = join(root, target);
  if (existsSync(path) && readFileSync(path, "utf8") === wanted) return [];
  if (!check) writeFileSync(path, wanted);
  return [target];
}
