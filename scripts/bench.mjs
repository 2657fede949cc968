// Builds and runs one benchmark of bench/: npm run bench -- NAME. Never under a TypeScript loader, which would cost more
// than what is measured.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(`${root}bench`).filter((each) => existsSync(`${root}bench/${each}/main.ts`));
if (!names.includes(name)) {
  process.stderr.write(`Name a benchmark: npm run bench -- ${names.join(" | ")}\n`);
  process.exit(2);
}
const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, NODE_ENV: "production" },
  });
  if (status !== 0) process.exit(status ?? 1);
};
run("scripts/build.mjs");
run("node_modules/typescript7/bin/tsc", "-p", "tsconfig.bench.json");
run(`dist/bench/${name}/main.js`, ...rest);
