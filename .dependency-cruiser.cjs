/** The room rules of docs/architecture.md, executable: arrows point one way and there is no cycle. */
const only = (room, allowed) => ({
  name: `${room}-imports`,
  comment: `${room}/ may import only ${allowed.length ? allowed.join(", ") : "npm packages"}`,
  severity: "error",
  from: { path: `^${room}/` },
  to: {
    path: "^(domain|platform|schema|server|worker|console|tests|bench|scripts)/",
    pathNot: `^(${[room, ...allowed].join("|")})/`,
  },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    only("domain", []),
    only("platform", ["domain"]),
    only("schema", ["domain"]),
    only("server", ["schema", "domain", "platform"]),
    only("worker", ["domain", "platform"]),
    only("scripts", ["domain", "platform", "schema", "server", "worker"]),
    only("bench", ["domain", "platform", "schema", "server", "worker", "scripts", "tests/support"]),
    only("console", []),
    {
      name: "console-features",
      comment: "a page of the console uses ui, lib, api and app, never the parts of another feature",
      severity: "error",
      from: {
        path: "^console/src/(overview|campaigns|leads|users|teams|settings|profile|notifications|health|jobs)/",
      },
      to: {
        path: "^console/src/(overview|campaigns|leads|users|teams|settings|profile|notifications|health|jobs)/",
        pathNot: "^console/src/$1/",
      },
    },
    {
      name: "ground-floor",
      comment: "access, audit and jobs are the ground floor of domain: they import no other shelf",
      severity: "error",
      from: { path: "^domain/(access|audit|jobs)/" },
      to: { path: "^domain/[^/]+/", pathNot: "^domain/(access|audit|jobs)/" },
    },
    {
      name: "through-the-front-door",
      comment: "a domain shelf is used by another only through its index.ts",
      severity: "error",
      from: { path: "^domain/([^/]+)/" },
      to: {
        path: "^domain/([^/]+)/",
        pathNot: ["^domain/$1/", "^domain/[^/]+/index\\.ts$", "^domain/(access|audit|jobs)/"],
      },
    },
    {
      name: "bee-queue-once",
      comment:
        "bee-queue is wrapped once, in platform/queues.ts (reliability: it stops working after a Redis restart as it comes)",
      severity: "error",
      from: { pathNot: "^(platform/queues|bench)/" },
      to: { path: "node_modules/bee-queue" },
    },
    {
      name: "shield-once",
      comment: "graphql-shield allows by default; only schema/access/shield.ts may import it",
      severity: "error",
      from: { pathNot: "^schema/access/" },
      to: { path: "node_modules/(graphql-shield|graphql-middleware)" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
