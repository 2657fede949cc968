import type { KeyObject } from "node:crypto";
import * as v from "valibot";
import { QUEUE_NAMES } from "#domain/jobs/queue-names.js";
import { parseSealingKey } from "./audit-keys.js";

/** What the variables of the environment may be; each rule completes "NAME …". */
export const port = v.pipe(
  v.string(),
  v.regex(/^\d{1,5}$/, "must be a port number"),
  v.transform(Number),
  v.maxValue(65535, "must be at most 65535"),
);
export const whole = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d+$/, "must be a whole number"),
    v.transform(Number),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );
export const urlWith = (...protocols: string[]) =>
  v.pipe(
    v.string(),
    v.check(
      (text) => {
        try {
          return protocols.includes(new URL(text).protocol);
        } catch {
          return false;
        }
      },
      `must be a URL starting with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    ),
  );
/** ioredis also takes the path of a unix socket. */
export const redisUrl = v.union(
  [v.pipe(v.string(), v.startsWith("/")), urlWith("redis:", "rediss:")],
  "must be a URL starting with redis:// or rediss://, or the path of a socket",
);
/** Sentry's own form: the public key before the @, the number of the project last. */
export const sentryDsn = v.pipe(
  urlWith("http:", "https:"),
  v.check((text) => {
    const { username, pathname } = new URL(text);
    return /^\w+$/.test(username) && /\/\d+$/.test(pathname);
  }, "must be a DSN such as https://key@sentry.example.com/42"),
);
export const queues = v.pipe(
  v.string(),
  v.transform((text) => [...new Set(text.split(",").map((name) => name.trim()))]),
  v.array(v.picklist(QUEUE_NAMES, `must be a list of ${QUEUE_NAMES.join(", ")}`)),
);
export const signingKey = v.pipe(
  v.string(),
  v.rawTransform<string, KeyObject>(({ dataset, addIssue, NEVER }) => {
    try {
      return parseSealingKey(dataset.value);
    } catch {
      addIssue({ message: "must be an Ed25519 private key: PEM (PKCS#8), or its 32 bytes in base64" });
      return NEVER;
    }
  }),
);

/** Texts that must not leave in a report; of a URL its password alone is secret. */
export function secretsOf(
  texts: readonly (string | undefined)[],
  urls: readonly (string | undefined)[],
): string[] {
  const passwords = urls
    .filter((url) => url !== undefined && URL.canParse(url))
    .map((url) => decodeURIComponent(new URL(url!).password));
  return [...texts, ...passwords].filter((secret): secret is string => Boolean(secret));
}
