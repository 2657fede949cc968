import type { Config } from "#platform/config.js";
import { VERSION } from "#platform/version.js";

/** What a page of the console has to know to tell its errors. */
export interface PageTracking {
  /** For the page's policy. */
  readonly origin: string;
  /** An element for the page's head. */
  readonly element: string;
}

/** Null without a DSN. Of an old DSN with a secret, the public part alone is for pages. */
export function pageTracking({ sentry, environment }: Config): PageTracking | null {
  if (!sentry) return null;
  const dsn = new URL(sentry.dsn);
  dsn.password = "";
  const content = JSON.stringify({
    dsn: dsn.href,
    rate: sentry.tracesSampleRate,
    release: `postwatch@${VERSION}`,
    environment,
  });
  return { origin: dsn.origin, element: `<meta name="sentry" content="${escaped(content)}" />` };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
