import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleDirectory } from "../../server/http/built-files.js";
import { startApi, type Api } from "../support/api.js";
import { rawExchange } from "../support/raw-http.js";

const isBuilt = existsSync(`${consoleDirectory()}index.html`);
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: https:",
  "font-src 'self' data:",
  "frame-src 'self' blob: data:",
  "connect-src 'self'",
];

let api: Api;
let secure: Api;
beforeAll(async () => {
  [api, secure] = await Promise.all([
    startApi(),
    startApi({ environment: { PUBLIC_URL: "https://mail.example.com", RATE_LIMIT_PER_MINUTE: "2" } }),
  ]);
});
afterAll(async () => {
  await api.close();
  await secure.close();
});

const json = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const query = (text: string) => json({ query: text });

interface Case {
  readonly path: string;
  readonly status: number;
  readonly init?: RequestInit;
  readonly cache?: string;
  readonly type?: string | null;
}
const PAGE = isBuilt
  ? { status: 200, cache: "no-cache", type: "text/html; charset=utf-8" }
  : { status: 503, type: "text/plain; charset=utf-8" };

const routes: readonly Case[] = [
  { path: "/", status: 302, type: null },
  { path: "/admin", status: 302, type: null },
  { path: "/admin/", ...PAGE },
  { path: "/admin/campaigns/some-id", ...PAGE },
  { path: "/admin/assets/none.js", status: 404 },
  { path: "/admin/..%2f..%2fpackage.json", status: 403 },
  { path: "/graphql", status: 200, init: query("{ __typename }") },
  { path: "/graphql?query={__typename}", status: 200 },
  { path: "/graphql", status: 400, init: query("{ nothing }") },
  { path: "/graphql", status: 400, init: query("{") },
  { path: "/graphql", status: 401, init: query('{ campaign(id: "x") { id } }') },
  { path: "/graphql", status: 400 },
  { path: "/graphql?query=mutation{signOut{__typename}}", status: 405 },
  { path: "/graphql", status: 404, init: { method: "PUT" } },
  {
    path: "/graphql",
    status: 415,
    init: { method: "POST", headers: { "content-type": "text/xml" }, body: "<a/>" },
  },
  { path: "/graphql", status: 413, init: json({ query: "x".repeat(11 * 1024 * 1024) }) },
  { path: "/api/health", status: 200 },
  { path: "/api/health/liveness", status: 200 },
  { path: "/api/health/readiness", status: 200 },
  { path: "/api/health/detailed", status: 401 },
  { path: "/api/imports", status: 401, init: { method: "POST" } },
  { path: "/api/nothing", status: 404 },
  { path: "/nowhere", status: 404 },
  { path: "/playground/static/none.js", status: 404 },
  { path: "/favicon.ico", status: 204, type: null },
];

describe("every route", () => {
  test.each(routes.map((route) => ({ method: "GET", ...route.init, ...route })))(
    "$method $path answers $status with the headers of all",
    async (route) => {
      const response = await fetch(`${api.url}${route.path}`, { redirect: "manual", ...route.init });
      await response.arrayBuffer();
      expect(response.status).toBe(route.status);
      const { headers } = response;
      expect(headers.get("content-security-policy")?.split(";")).toEqual(POLICY);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(headers.get("permissions-policy")).toMatch(
        /^accelerometer=\(\), camera=\(\), .*\bmicrophone=\(\)/,
      );
      expect(headers.get("cache-control")).toBe(route.cache ?? "no-store");
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get("content-type")).toBe(
        route.type === undefined ? "application/json; charset=utf-8" : route.type,
      );
      for (const telling of [
        "server",
        "x-powered-by",
        "strict-transport-security",
        "access-control-allow-origin",
      ])
        expect(headers.get(telling)).toBeNull();
    },
  );

  test("no part of the policy lets a script run that is no file of this server", () => {
    const scripts = POLICY.filter((part) => /^(default|script)-src/.test(part)).join(" ");
    expect(scripts).not.toMatch(/unsafe|\*|https?:|data:|blob:/);
  });

  test.runIf(isBuilt)("the console's page needs no inline script: every script is a file", async () => {
    const html = await (await fetch(`${api.url}/admin/`)).text();
    const scripts = [...html.matchAll(/<script\b([^>]*)>([^<]*)/g)];
    expect(scripts.length).toBeGreaterThan(1);
    for (const [, attributes, text] of scripts) {
      expect(attributes).toMatch(/\bsrc="\/admin\//);
      expect(text).toBe("");
    }
    expect(html).not.toMatch(/\son\w+=|javascript:|<base\b/i);
  });

  test.runIf(isBuilt)("built assets may be kept for a year, and nothing else", async () => {
    const html = await (await fetch(`${api.url}/admin/`)).text();
    const asset = /\/admin\/assets\/[\w.-]+\.js/.exec(html)![0];
    const cacheOf = async (path: string) => (await fetch(`${api.url}${path}`)).headers.get("cache-control");
    expect(await cacheOf(asset)).toBe("public, max-age=31536000, immutable");
    expect(await cacheOf("/admin/favicon.svg")).toBe("no-store");
  });
});

describe("what never becomes a request", () => {
  test.each([
    { what: "an address that cannot be decoded", head: "GET /%zz HTTP/1.1\r\nhost: a", status: 400 },
    { what: "a method that is none", head: "NONSENSE / HTTP/1.1\r\nhost: a", status: 400 },
    { what: "headers of 20 kB", head: `GET / HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(20_000)}`, status: 431 },
  ])(
    "$what is answered with $status, without a word of what the server is made of",
    async ({ head, status }) => {
      const answer = await rawExchange(api.url, `${head}\r\n\r\n`);
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        "content-type": "application/json; charset=utf-8",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        connection: "close",
      });
      const body = JSON.parse(answer.body) as Record<string, unknown>;
      expect(Object.keys(body).toSorted()).toEqual(["code", "message", "requestId"]);
      expect(body.requestId).toBe(answer.headers["x-request-id"]);
      expect(answer.text).not.toMatch(/fastify|FST_|node|HPE_|zz/i);
    },
  );
});

describe("behind https", () => {
  test("every answer asks browsers to come back by https alone for a year, refusals too", async () => {
    const statuses = [];
    for (const path of ["/api/health", "/admin/assets/none.js", "/graphql", "/graphql", "/graphql"]) {
      const response = await fetch(
        `${secure.url}${path}`,
        path === "/graphql" ? query("{ __typename }") : {},
      );
      statuses.push(response.status);
      expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
    }
    expect(statuses).toEqual([200, 404, 200, 200, 429]);
  });

  test("a refusal for the rate has the headers of all", async () => {
    const upload = await fetch(`${secure.url}/api/imports`, { method: "POST" });
    expect(upload.status).toBe(429);
    expect(upload.headers.get("content-security-policy")?.split(";")).toEqual(POLICY);
    expect(upload.headers.get("cache-control")).toBe("no-store");
    expect(upload.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(Number(upload.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

test("the playground alone has a wider policy, for itself and no other host", async () => {
  const { headers } = await fetch(`${api.url}/playground`);
  const policy = headers.get("content-security-policy")!;
  expect(policy).toContain("script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/https?:|\*/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cache-control")).toBe("no-store");
});
