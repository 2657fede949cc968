import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = (...paths: string[]) =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...paths], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\n")
    .filter((path) => /\.(ts|tsx|js|mjs)$/.test(path));
const having = (pattern: RegExp, ...paths: string[]) =>
  files(...paths).filter((path) => pattern.test(readFileSync(join(root, path), "utf8")));

test("the console makes no element from text", () => {
  expect(having(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/, "console")).toEqual([]);
});

test("certificates of other servers are checked, nowhere is that switched off", () => {
  const everywhere = ["domain", "platform", "schema", "server", "worker", "scripts"];
  expect(having(/rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/, ...everywhere)).toEqual([]);
});

test("only the configuration reads the environment", () => {
  const rooms = ["domain", "platform", "schema", "server", "worker"];
  expect(having(/process\.env/, ...rooms)).toEqual(["platform/config.ts"]);
});
