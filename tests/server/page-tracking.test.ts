import { expect, test } from "vitest";
import { VERSION } from "../../platform/version.js";
import { startApi } from "../support/api.js";

const pageOf = async (environment: Record<string, string>) => {
  const api = await startApi({ environment });
  try {
    const response = await fetch(`${api.url}/admin/overview`);
    return { policy: response.headers.get("content-security-policy") ?? "", text: await response.text() };
  } finally {
    await api.close();
  }
};

test("ET-01 without a DSN a page of the console names no tracker and may speak to none", async () => {
  const { policy, text } = await pageOf({});
  expect(text).toContain('<div id="root">');
  expect(text).not.toContain("sentry");
  expect(policy).toMatch(/connect-src 'self'(;|$)/);
});

test("ET-01 with one it tells the public part of it, and may speak to that address", async () => {
  const { policy, text } = await pageOf({
    SENTRY_DSN: "https://public:hidden@errors.example.com/42",
    SENTRY_TRACES_SAMPLE_RATE: "0.25",
  });
  const content = /<meta name="sentry" content="([^"]+)" \/>/.exec(text)![1]!.replaceAll("&quot;", '"');
  expect(JSON.parse(content)).toEqual({
    dsn: "https://public@errors.example.com/42",
    rate: 0.25,
    release: `postwatch@${VERSION}`,
    environment: "development",
  });
  expect(text).not.toContain("hidden");
  expect(policy).toMatch(/connect-src 'self' https:\/\/errors\.example\.com(;|$)/);
});
