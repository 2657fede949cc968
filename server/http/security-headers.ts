import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

/** Nothing of a device is of use to the console. */
const PERMISSIONS_POLICY = [
  "accelerometer",
  "camera",
  "display-capture",
  "geolocation",
  "gyroscope",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "publickey-credentials-get",
  "screen-wake-lock",
  "serial",
  "usb",
  "xr-spatial-tracking",
]
  .map((feature) => `${feature}=()`)
  .join(", ");

/**
 * What browsers may do with our pages: no script runs but our own files, nothing is asked of other servers but
 * the error tracker of the configuration, and no other
 * site frames them. Mails are previewed in sandboxed frames, which inherit this policy: they bring styles of their own
 * and show pictures from anywhere, hence style-src and img-src.
 */
export async function addSecurityHeaders(
  app: FastifyInstance,
  isHttps: boolean,
  /** Where pages may tell their errors. */
  trackerOrigin?: string,
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:", "https:"],
        fontSrc: ["'self'", "data:"],
        frameSrc: ["'self'", "blob:", "data:"],
        connectSrc: ["'self'", ...(trackerOrigin ? [trackerOrigin] : [])],
      },
    },
    crossOriginEmbedderPolicy: false,
    frameguard: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
    hsts: isHttps ? { maxAge: 31_536_000, includeSubDomains: true } : false,
  });
  app.addHook("onRequest", async (_request, reply) => {
    void reply.header("permissions-policy", PERMISSIONS_POLICY);
  });
}

/** GraphiQL's editor makes workers from blobs and compiles code; allowed on its own page alone. */
export const PLAYGROUND_POLICY = [
  "default-src 'self'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self' ws: wss: data:",
].join("; ");
