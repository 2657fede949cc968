import { watch } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { runGuarded, startGuarded } from "#platform/embedded/guarded-child.js";
import { announce } from "./supervisor/announce.js";
import { type Product, startProduct } from "./supervisor/product.js";
import { readSettings } from "./supervisor/settings.js";
import { Shutdown } from "./supervisor/shutdown.js";

/**
 * `npm run dev`: as `npm start`, and what is changed is built again: server and worker start anew, the console is
 * there after a reload of the page.
 */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COMPILE = [process.execPath, "node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json"];
const BUILD_CONSOLE = [
  process.execPath,
  "node_modules/vite/bin/vite.js",
  "build",
  "console",
  "--watch",
  "--logLevel",
  "warn",
];
const SETTLE_MS = 150;

/** Which processes a change in a room concerns. */
const ROOMS: Readonly<Record<string, readonly ("server" | "worker")[]>> = {
  domain: ["server", "worker"],
  platform: ["server", "worker"],
  schema: ["server"],
  server: ["server"],
  worker: ["worker"],
};

const log = (line: string): void => console.log(`postwatch: ${line}`);
const shutdown = new Shutdown(log);
shutdown.listen();

try {
  const config = readSettings();
  // From here on dist/ may differ from what `npm start` built; it must look for itself.
  for (const part of ["back-end", "console"]) await rm(join(ROOT, "dist", `.${part}.built`), { force: true });
  const product = await startProduct(config, shutdown, log);
  const consoleBuild = await startGuarded(BUILD_CONSOLE, { cwd: ROOT, output: process.stderr.fd });
  shutdown.stops.push({
    name: "build of the console",
    stop: (timeoutMs) => consoleBuild.stop(timeoutMs).then(() => {}),
  });
  watchRooms(product);
  console.log(announce(config, product, performance.now() / 1000));
  log("changes are built and loaded as they are saved");
} catch (error) {
  if (!shutdown.isRequested) {
    console.error(`postwatch: ${(error as Error).message}`);
    await shutdown.end(1);
  }
}

function watchRooms(product: Product): void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let building = Promise.resolve();
  const onChange = (room: string, file: string | null): void => {
    if (file !== null && !file.endsWith(".ts")) return;
    changed.add(room);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const rooms = [...changed];
      changed.clear();
      building = building.then(() => rebuild(product, rooms)).catch((error: Error) => log(error.message));
    }, SETTLE_MS);
  };
  for (const room of Object.keys(ROOMS))
    watch(join(ROOT, room), { recursive: true }, (_event, file) => onChange(room, file));
}

/** A build with errors leaves the running processes alone; the compiler has said what is wrong. */
async function rebuild(product: Product, rooms: readonly string[]): Promise<void> {
  const code = await runGuarded(COMPILE, { cwd: ROOT, output: process.stderr.fd, timeoutMs: 120_000 });
  if (code !== 0) return log("not reloaded: the build has errors");
  const roles = [...new Set(rooms.flatMap((room) => ROOMS[room] ?? []))];
  await Promise.all(roles.map((role) => product[role].reload()));
  log(`${roles.join(" and ")} reloaded`);
}
