import { parseArgs } from "node:util";
import { endWithParent } from "../life-line.js";
import { createLogger } from "../logger.js";
import { startMailCatcher } from "./mail-catcher.js";

/**
 * The catcher as a process of its own:
 * `node dist/platform/mail-catcher/main.js --directory .postwatch/mail [--smtp-port 1025] [--web-port 1080]
 * [--host 127.0.0.1] [--production]`. Tells its parent `{ smtpUrl, webUrl }` when it is ready.
 */
const { values } = parseArgs({
  options: {
    directory: { type: "string", default: ".postwatch/mail" },
    host: { type: "string", default: "127.0.0.1" },
    "smtp-port": { type: "string", default: "0" },
    "web-port": { type: "string", default: "0" },
    production: { type: "boolean", default: false },
  },
});

const logger = createLogger("mail-catcher", "info");

try {
  const catcher = await startMailCatcher({
    directory: values.directory,
    host: values.host,
    smtpPort: Number(values["smtp-port"]),
    webPort: Number(values["web-port"]),
    isProduction: values.production,
  });
  const { smtpUrl, webUrl } = catcher;
  if (process.send) process.send({ smtpUrl, webUrl });
  else logger.info({ smtpUrl, webUrl, mails: catcher.store.count }, "mail catcher ready");
  const stop = () => void catcher.stop().finally(() => process.exit(0));
  process.once("SIGTERM", stop).once("SIGINT", stop);
  endWithParent(() => catcher.stop());
} catch (error) {
  logger.fatal((error as Error).message);
  process.exitCode = 1;
}
