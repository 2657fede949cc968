import { fileURLToPath } from "node:url";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at(".."),
  plugins: [solid()],
  resolve: {
    // The schema and the exchange that executes it must share one graphql: its two builds refuse each other.
    alias: [{ find: /^graphql$/, replacement: at("../node_modules/graphql/index.mjs") }],
  },
  test: {
    name: "console",
    include: ["tests/console/**/*.test.{ts,tsx}"],
    setupFiles: [at("../tests/console/setup.ts")],
    environment: "jsdom",
    globals: true,
    server: { deps: { inline: [/@urql/, /graphql/, /@solidjs/, /@kobalte/, /lucide-solid/] } },
    // A page in one process with others is disturbed by them; a thread of its own is enough, and quicker than a process.
    pool: "threads",
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
