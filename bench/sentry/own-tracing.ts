/** Preloaded into the peer: the SDK as it comes, with its own tracing of one request in ten. */
import { init } from "@sentry/node";

const [dsn] = process.argv.filter((argument) => argument.startsWith("--dsn=")).map((text) => text.slice(6));
init({ dsn, tracesSampleRate: 0.1, dataCollection: { userInfo: false, cookies: false, httpBodies: [] } });
