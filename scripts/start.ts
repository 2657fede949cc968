import { performance } from "node:perf_hooks";
import { announce } from "./supervisor/announce.js";
import { startProduct } from "./supervisor/product.js";
import { readSettings } from "./supervisor/settings.js";
import { Shutdown } from "./supervisor/shutdown.js";

/** `npm start`: everything that Postwatch needs, in the foreground, until Ctrl-C. */
const log = (line: string): void => console.log(`postwatch: ${line}`);
const shutdown = new Shutdown(log);
shutdown.listen();

try {
  const config = readSettings();
  const product = await startProduct(config, shutdown, log);
  if (!shutdown.isRequested) console.log(announce(config, product, performance.now() / 1000));
} catch (error) {
  // While a stop is under way, what fails is what it has stopped.
  if (!shutdown.isRequested) {
    console.error(`postwatch: ${(error as Error).message}`);
    await shutdown.end(1);
  }
}
