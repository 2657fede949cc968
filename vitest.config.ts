import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

/**
 * Minutes of dying and standing still, and of many processes that are started for one question each; a quiet machine is
 * wanted: `npm run test:faults`.
 */
const FAULTS = [
  "tests/access/mutants.test.ts",
  "tests/audit/anchor-race.test.ts",
  "tests/audit/programs.test.ts",
  "tests/e2e/error-tracking.test.ts",
  "tests/embedded/app-role.test.ts",
  "tests/embedded/life-line.test.ts",
  "tests/mail-catcher/page.test.ts",
  "tests/server/error-tracking.test.ts",
  "tests/server/live-outage.test.ts",
  "tests/worker/error-tracking.test.ts",
  "tests/worker/lane-faults.test.ts",
  "tests/worker/sweep.test.ts",
  "tests/worker/versions.test.ts",
  "tests/worker/poison.test.ts",
  "tests/worker/suspects.test.ts",
  "tests/worker/watchdog.test.ts",
  "tests/worker/faults-postgres.test.ts",
  "tests/worker/faults-redis.test.ts",
  "tests/worker/chaos.test.ts",
  "tests/worker/fleet-on-the-wire.test.ts",
  "tests/server/disk-full.test.ts",
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
    include:
      mode === "faults"
        ? [...FAULTS, "tests/worker/fast-clock.test.ts", "tests/emails/histories.test.ts"]
        : ["tests/**/*.test.ts"],
    exclude: mode === "faults" ? [] : ["tests/console/**", ...FAULTS],
    globalSetup: ["tests/support/global-setup.ts"],
    environment: "node",
    env: mode === "faults" ? { LONG_RUN: "1" } : {},
    server: { deps: { inline: ["@apollo/server-integration-testsuite"] } },
    pool: "forks",
    // Files share their process, one after the other: loading the product anew for each took as long as the tests. What a test
    // changes in its process it takes back.
    isolate: false,
    maxWorkers: 3,
    // On a shared machine a timing may slip once; a fault fails twice.
    retry: process.env.CI ? 1 : 0,
    // There a process of ours may take ten seconds to start.
    testTimeout: process.env.CI ? 90_000 : 30_000,
    hookTimeout: process.env.CI ? 180_000 : 60_000,
  },
}));
