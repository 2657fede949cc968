// Builds dist/ (server, worker, scripts) and dist/console. A part whose sources have not changed is not built again.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const parts = [
  {
    name: "back end",
    sources: [
      "domain",
      "platform",
      "schema",
      "server",
      "worker",
      "scripts",
      "tsconfig.json",
      "tsconfig.build.json",
    ],
    result: "dist/scripts/start.js",
    // Types are checked by `npm run types`; here they would take three quarters of the time.
    command: ["node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json", "--noCheck"],
  },
  {
    name: "verifier",
    sources: ["domain/audit", "scripts/audit", "scripts/bundle-verifier.mjs", "package-lock.json"],
    result: "dist/postwatch-verify.mjs",
    command: ["scripts/bundle-verifier.mjs"],
  },
  {
    name: "console",
    sources: ["console", "package-lock.json"],
    result: "dist/console/index.html",
    command: ["node_modules/vite/bin/vite.js", "build", "console", "--logLevel", "warn"],
  },
];

function* files(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) return void (yield path);
  for (const entry of readdirSync(path).sort()) if (entry !== "node_modules") yield* files(join(path, entry));
}

function digest(sources) {
  const hash = createHash("sha256");
  for (const source of sources)
    for (const file of files(join(root, source)))
      hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

for (const part of parts) {
  const stamp = join(root, "dist", `.${part.name.replaceAll(" ", "-")}.built`);
  const wanted = digest(part.sources);
  const built =
    existsSync(join(root, part.result)) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (built) continue;
  const run = spawnSync(process.execPath, part.command, { cwd: root, stdio: "inherit" });
  if (run.status !== 0) {
    process.stderr.write(`postwatch: building the ${part.name} failed\n`);
    process.exit(run.status ?? 1);
  }
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(stamp, wanted);
}
