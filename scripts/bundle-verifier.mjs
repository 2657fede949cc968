// Builds dist/postwatch-verify.mjs: one file that needs node and nothing else, for an auditor's machine.
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

await build({
  root,
  configFile: false,
  logLevel: "warn",
  ssr: { noExternal: true },
  build: {
    ssr: "scripts/audit/postwatch-verify.ts",
    outDir: "dist",
    emptyOutDir: false,
    copyPublicDir: false,
    minify: false,
    target: "node20",
    rolldownOptions: { output: { entryFileNames: "postwatch-verify.mjs", banner: "#!/usr/bin/env node" } },
  },
});
chmodSync(`${root}dist/postwatch-verify.mjs`, 0o755);
