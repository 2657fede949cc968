import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleDirectory } from "../../server/http/built-files.js";
import { startApi, type Api } from "../support/api.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const get = (path: string, init: RequestInit = {}) =>
  fetch(`${api.url}${path}`, { redirect: "manual", ...init });

describe("the console", () => {
  test.each(["/", "/admin"])("%s leads to it", async (path) => {
    const response = await get(path);
    expect([response.status, response.headers.get("location")]).toEqual([302, "/admin/"]);
  });

  test.runIf(existsSync(`${consoleDirectory()}index.html`))(
    "every page of it is the one document, which is asked for anew each time",
    async () => {
      const [root, deep] = await Promise.all([get("/admin/"), get("/admin/campaigns/some-id")]);
      expect([root.status, deep.status]).toEqual([200, 200]);
      expect(root.headers.get("content-type")).toContain("text/html");
      expect(root.headers.get("cache-control")).toBe("no-cache");
      const html = await root.text();
      expect(await deep.text()).toBe(html);
      const asset = /\/admin\/assets\/[\w.-]+\.js/.exec(html)?.[0];
      const script = await get(asset!);
      expect([script.status, script.headers.get("cache-control")]).toEqual([
        200,
        "public, max-age=31536000, immutable",
      ]);
    },
  );

  test("a file that is not there is 404, not the console, and no path leads out of its folder", async () => {
    for (const path of [
      "/admin/assets/none.js",
      "/admin/..%2f..%2fpackage.json",
      "/admin/%2e%2e/%2e%2e/package.json",
    ]) {
      const response = await get(path);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.text()).not.toContain('postwatch",');
    }
  });
});

describe("the playground", () => {
  test("comes from the package, names this server, and refers to no other", async () => {
    const response = await get("/playground");
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain(`"subscriptionEndpoint": "${api.url.replace("http", "ws")}/graphql"`);
    const hosts = [...html.matchAll(/(?:src|href)="(https?:)?\/\/[^"]+/g)].map(([match]) => match);
    expect(hosts).toEqual([]);
    const files = [...html.matchAll(/(?:src|href)="(\/playground\/static\/[^"]+)"/g)].map(
      ([, file]) => file!,
    );
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect((await get(file)).status).toBe(200);
  });

  test("its looser policy is its own", async () => {
    const [playground, other] = await Promise.all([get("/playground"), get("/api/health")]);
    expect(playground.headers.get("content-security-policy")).toContain("'unsafe-eval'");
    expect(other.headers.get("content-security-policy")).not.toContain("unsafe-eval");
  });
});
