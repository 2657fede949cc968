import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { adviceFor, loadConfig, requireServices, VARIABLE_NAMES } from "../../platform/config.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string; target: string };
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
}
const compose = parse(read("docker-compose.yml"), { merge: true }) as {
  services: Record<string, Service>;
  volumes: object;
};
interface Locked {
  version: string;
  integrity: string;
}
const manifest = JSON.parse(read("package.json")) as Record<
  "dependencies" | "devDependencies",
  Record<string, string>
>;
const dockerfile = read("deploy/Dockerfile");
const targets = [...dockerfile.matchAll(/^FROM .* AS (\w+)$/gm)].map((match) => match[1]);
const sections = new Map(
  dockerfile
    .split(/^FROM .* AS /m)
    .slice(1)
    .map((text) => [/^\w+/.exec(text)![0], text] as const),
);

const DEMANDED = "a-value-of-more-than-32-characters";
/** What compose makes of a value: the default of ${NAME:-default}, or a stand-in where one is demanded. */
const filled = (value: string) =>
  value.replace(/\$\{\w+:-([^}]*)\}/g, "$1").replace(/\$\{\w+:\?[^}]*\}/g, DEMANDED);

test(".env.example names every variable that the product reads, with its default, and no other", () => {
  const given = new Map(
    [...read(".env.example").matchAll(/^([A-Z_]+)=(.*)$/gm)].map((match) => [match[1]!, match[2]!]),
  );
  expect([...given.keys()].sort()).toEqual([...VARIABLE_NAMES].sort());
  expect(loadConfig(Object.fromEntries(given))).toEqual(loadConfig({}));
});

test("compose brings up PostgreSQL, Redis, the catcher, migrations, server and worker", () => {
  expect(Object.keys(compose.services).sort()).toEqual([
    "catcher",
    "migrate",
    "postgres",
    "redis",
    "server",
    "worker",
  ]);
  for (const [name, service] of Object.entries(compose.services)) {
    for (const needed of Object.keys(service.depends_on ?? {}))
      expect(compose.services, name).toHaveProperty(needed);
    if (service.build) expect(targets, name).toContain(service.build.target);
    else expect(service.image, name).toMatch(/^\w+:\d+$/);
  }
});

test("whoever waits for a healthy service waits for one that says so", () => {
  for (const service of Object.values(compose.services))
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      if (condition !== "service_healthy") continue;
      const { healthcheck, build } = compose.services[needed]!;
      expect(
        healthcheck?.test ?? sections.get(build?.target ?? "")?.includes("HEALTHCHECK"),
        needed,
      ).toBeTruthy();
    }
});

test.each(["server", "worker"])("the environment of the %s is one that it starts with", (name) => {
  const environment = Object.entries(compose.services[name]!.environment!).map(([key, value]) => [
    key,
    filled(value),
  ]);
  expect(
    environment.map(([key]) => key).filter((key) => !(VARIABLE_NAMES as string[]).includes(key!)),
  ).toEqual([]);
  const config = requireServices(loadConfig(Object.fromEntries(environment) as Record<string, string>));
  expect(config).toMatchObject({
    isProduction: true,
    databaseUrl: `postgresql://postwatch_app:${DEMANDED}@postgres:5432/postwatch`,
    databaseOwnerUrl: undefined,
    redisUrl: "redis://redis:6379",
    smtpUrl: "smtp://catcher:1025",
  });
});

test("migrations alone are given the role that owns the tables", () => {
  const given = Object.entries(compose.services.migrate!.environment!).map(([key, value]) => [
    key,
    filled(value),
  ]);
  expect(loadConfig(Object.fromEntries(given) as Record<string, string>)).toMatchObject({
    databaseUrl: `postgresql://postwatch_app:${DEMANDED}@postgres:5432/postwatch`,
    databaseOwnerUrl: `postgresql://postwatch:${DEMANDED}@postgres:5432/postwatch`,
  });
  expect(() => loadConfig({ DATABASE_OWNER_URL: "postgresql://o@db/p" })).toThrow(
    "DATABASE_OWNER_URL is for migrations alone: DATABASE_URL must be set beside it",
  );
});

test("no password and no secret has a default: compose demands them", () => {
  const text = read("docker-compose.yml");
  const secrets = [...text.matchAll(/\$\{(\w*(?:PASSWORD|SECRET)\w*)([^}]*)\}/g)];
  expect(new Set(secrets.map(([, name]) => name))).toEqual(
    new Set(["POSTGRES_PASSWORD", "POSTGRES_APP_PASSWORD", "JWT_SECRET", "POSTWATCH_ADMIN_PASSWORD"]),
  );
  for (const [whole, , rest] of secrets) expect(rest, whole).toMatch(/^:\?set /);
  expect(text).not.toMatch(/PASSWORD: [^$\s]/);
});

test("what decides who is counted as whom is passed on to the server", () => {
  const given = { TRUST_PROXY: "172.16.0.0/12", RATE_LIMIT_PER_MINUTE: "250", INTROSPECTION: "closed" };
  const environment = compose.services.server!.environment!;
  for (const name of Object.keys(given)) expect(environment[name]).toMatch(new RegExp(`^\\$\\{${name}:-`));
  expect(loadConfig(given).http).toMatchObject({
    trustProxy: "172.16.0.0/12",
    rateLimitPerMinute: 250,
    isSchemaOpen: false,
  });
});

test("where errors are told is passed on to server and worker", () => {
  for (const service of ["server", "worker"])
    expect(compose.services[service]!.environment).toMatchObject({
      SENTRY_DSN: "${SENTRY_DSN:-}",
      SENTRY_TRACES_SAMPLE_RATE: "${SENTRY_TRACES_SAMPLE_RATE:-}",
    });
  const sentry = (given: Record<string, string>) =>
    loadConfig({ SENTRY_DSN: "https://k@s.example/1", ...given }).sentry;
  const JWT_SECRET = "x".repeat(32);
  expect(sentry({ NODE_ENV: "production", JWT_SECRET })?.tracesSampleRate).toBe(0.1);
  expect(sentry({})?.tracesSampleRate).toBe(1);
  expect(sentry({ SENTRY_TRACES_SAMPLE_RATE: "0.25" })?.tracesSampleRate).toBe(0.25);
  expect(() => sentry({ SENTRY_DSN: "https://s.example/1" })).toThrow("SENTRY_DSN must be a DSN such as");
});

test("https without a trusted proxy is worth a line at the start, that says what to do; nothing else is", () => {
  const advice = (environment: Record<string, string>) => adviceFor(loadConfig(environment));
  expect(advice({ PUBLIC_URL: "https://mail.example.com" })).toEqual([
    expect.stringContaining("Set TRUST_PROXY to the proxy's address"),
  ]);
  expect(advice({ PUBLIC_URL: "https://mail.example.com", TRUST_PROXY: "10.0.0.0/8" })).toEqual([]);
  expect(advice({ PUBLIC_URL: "http://127.0.0.1:4000" })).toEqual([]);
  expect(advice({})).toEqual([]);
});

test("everything that the image copies is there, and what it runs is what is built", () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
    match[1]!.split(" "),
  );
  for (const path of copied) expect(existsSync(join(root, path)), path).toBe(true);
  const run = [
    ...dockerfile.matchAll(/"dist\/([\w/-]+)\.js"/g),
    ...JSON.stringify(compose).matchAll(/"dist\/([\w/-]+)\.js"/g),
  ];
  expect(run.map((match) => match[1]).sort()).toEqual([
    "platform/mail-catcher/main",
    "scripts/migrate",
    "server/main",
    "worker/main",
  ]);
  for (const [, path] of run) expect(existsSync(join(root, `${path}.ts`)), path).toBe(true);
});

test("the image holds no source control, no tests and nothing that only development needs", () => {
  expect(read(".dockerignore").split("\n")).toEqual(
    expect.arrayContaining([".git", "tests", "node_modules"]),
  );
  expect(sections.get("packages")).toContain("RUN npm ci --omit=dev");
  expect(sections.get("runtime")).toContain("COPY --from=packages /app/node_modules node_modules");
  // The playground's page is one of them.
  expect(Object.keys(manifest.devDependencies)).toContain("ruru");
});

test("every library has one version, which the lock file knows with its digest", () => {
  const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(wanted.filter(([, version]) => !/^(npm:\w+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };
  for (const [name, version] of wanted) {
    const locked = packages[`node_modules/${name}`];
    expect(locked, name).toMatchObject({ version: version.split("@").at(-1), integrity: expect.any(String) });
  }
});

test("ports that are published are those that the targets expose, on loopback", () => {
  for (const { ports = [], build } of Object.values(compose.services))
    for (const port of ports) {
      const [, host, inside] = /^([\d.]+):\d+:(\d+)$/.exec(port) ?? [];
      expect(host).toBe("127.0.0.1");
      expect(sections.get(build!.target)).toMatch(new RegExp(`^EXPOSE .*\\b${inside}\\b`, "m"));
    }
});

test("the images' health checks ask paths that the product serves", () => {
  const paths = [...dockerfile.matchAll(/(\/[\w/?=]+)'\)\.then/g)].map((match) => match[1]);
  expect(paths).toEqual(["/api/health/readiness", "/api/health/readiness", "/messages?limit=1"]);
});
