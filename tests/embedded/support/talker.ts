import { createLogger } from "../../../platform/logger.js";

/** Logs on and on, then ends in order. */
const logger = createLogger("talker", "info");
const talk = setInterval(() => logger.info("still here"), 5);
setTimeout(() => {
  clearInterval(talk);
  logger.fatal("good-bye");
  process.exit(0);
}, 500);
