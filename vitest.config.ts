import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

/** Minutes of dying and standing still, for which a quiet machine is wanted: `npm run test:faults`. */
const FAULTS = [
  "tests/worker/poison.test.ts",
  "tests/worker/suspects.test.ts",
  "tests/worker/watchdog.test.ts",
  "tests/worker/faults-postgres.test.ts",
  "tests/worker/faults-redis.test.ts",
  "tests/worker/chaos.test.ts",
  "tests/worker/fleet-on-the-wire.test.ts",
  "tests/server/faults-postgres.test.ts",
  "tests/server/shutdown.test.ts",
  "tests/health/faults.test.ts",
];

export default defineConfig(({ mode }) => ({
  resolve: {
    alias: [
      // Sources and node_modules must share one graphql: the .mjs and .js builds refuse each other's schemas.
      { find: /^graphql$/, replacement: "graphql/index.js" },
      // Apollo's integration tests bring an Apollo of their own; here they run on ours.
      { find: /^@apollo\/server$/, replacement: `${root}node_modules/@apollo/server/dist/esm/index.js` },
      { find: /^#(domain|platform|schema|server|worker)\/(.*)\.js$/, replacement: `${root}$1/$2.ts` },
    ],
  },
  test: {
    include: mode === "faults" ? FAULTS : ["tests/**/*.test.ts"],
    exclude: mode === "faults" ? [] : ["tests/console/**", ...FAULTS],
    globalSetup: ["tests/support/global-setup.ts"],
    environment: "node",
    server: { deps: { inline: ["@apollo/server-integration-testsuite"] } },
    pool: "forks",
    maxWorkers: 2,
    // On a shared machine a timing may slip once; a fault fails twice.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
}));
