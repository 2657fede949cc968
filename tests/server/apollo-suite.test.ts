import type { AddressInfo } from "node:net";
import { ApolloServer, type ApolloServerOptions, type BaseContext } from "@apollo/server";
import {
  defineIntegrationTestSuite,
  type CreateServerForIntegrationTestsResult,
} from "@apollo/server-integration-testsuite";
import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { createErrorFormatter } from "../../server/graphql/format-error.js";
import { APOLLO_OPTIONS, routeToApollo } from "../../server/graphql/http.js";
import { answerErrorsAsJson } from "../../server/http/errors.js";
import { createHttp } from "../../server/http/fastify.js";
import { addSecurityHeaders } from "../../server/http/security-headers.js";
import { mustFail, titles } from "../support/jest-globals.js";

// They are written for Jest.
vi.mock("@jest/globals", () => import("../support/jest-globals.js"));

/**
 * Apollo's own tests of an integration, on our HTTP and with our options of Apollo, which win over those that a case
 * asks for. These cases fail, each for a reason that is ours; any other that fails, and any of these that passes, is red.
 */
const DIFFERENCES: readonly { because: string; suite: string; cases: readonly string[] }[] = [
  {
    because: "batches are off: each document is a request that is counted",
    suite: "httpServerTests.ts > graphqlHTTP",
    cases: [
      "cache-control > applies cacheControl Headers for batched operation",
      "can handle batch requests",
      "can handle batch requests with one element",
      "returns an error on batch requests with no elements",
      "can handle batch requests in parallel",
      "clones batch context",
      "executes batch context if it is a function",
    ],
  },
  {
    because: "persisted queries are off: a store that strangers fill is a store to flood",
    suite: "httpServerTests.ts > Persisted Queries",
    cases: [
      "when ttlSeconds is set, passes ttl to the apq cache set call",
      "when ttlSeconds is unset, ttl is not passed to apq cache",
      "errors when version is not specified",
      "errors when version is unsupported",
      "errors when hash is mismatched",
      "returns PersistedQueryNotFound on the first try",
      "returns result on the second try",
      "returns with batched persisted queries",
      "returns result on the persisted query",
      "returns error when hash does not match",
      "returns correct result using get request",
    ],
  },
  {
    because: "persisted queries are off, as above",
    suite: "httpServerTests.ts > graphqlHTTP",
    cases: [
      "returns PersistedQueryNotFound to a GET request",
      "returns PersistedQueryNotFound to a POST request",
    ],
  },
  {
    because: "persisted queries are off, as above",
    suite: "apolloServerTests.ts",
    cases: [
      "lifecycle > for Apollo usage reporting > traces > doesn't internal server error on an APQ",
      "Persisted Queries > returns PersistedQueryNotFound on the first try",
      "Persisted Queries > returns result on the second try",
      "Persisted Queries > returns result on the persisted query",
      "Persisted Queries > returns error when hash does not match",
    ],
  },
  {
    because: "who may introspect is decided for each caller by a rule of ours, not by Apollo for all",
    suite: "apolloServerTests.ts > constructor > validation rules",
    cases: ["accepts additional rules", "prevents introspection by default during production"],
  },
  {
    because: "a stack never leaves the process, in development neither",
    suite: "apolloServerTests.ts > lifecycle",
    cases: ["propagates error codes in dev mode"],
  },
  {
    because: "no answer says which names there are instead of a misspelt one",
    suite: "apolloServerTests.ts > Gateway",
    cases: [
      "receives schema updates from the gateway (with document store: true)",
      "receives schema updates from the gateway (with document store: false)",
    ],
  },
  {
    because:
      "GET runs queries without a preflight: none looks at a cookie, and a bearer token needs a preflight",
    suite: "apolloServerTests.ts",
    cases: ["CSRF prevention > default", "CSRF prevention > csrfPrevention: {requestHeaders}"],
  },
  {
    because:
      "GET of something that is no query is answered with Apollo's 406, since the preflight header is set for it",
    suite: "apolloServerTests.ts",
    cases: ["renderLandingPage > can be disabled"],
  },
  {
    because: "JSON that cannot be read is 400 in our own words, not in those of the parser",
    suite: "httpServerTests.ts > graphqlHTTP",
    cases: ["throws an error if POST JSON is malformed"],
  },
  {
    because: "every answer is of one person and one moment: no-store",
    suite: "httpServerTests.ts > graphqlHTTP",
    cases: [
      "cache-control > runs when cache-control is disabled",
      "cache-control not set without any hints with if-cacheable",
    ],
  },
];

for (const { because, suite, cases } of DIFFERENCES)
  for (const name of cases) mustFail.set(`integration tests > ${suite} > ${name}`, because);

defineIntegrationTestSuite(
  async (config, options) => {
    const log = pino({ level: "silent" });
    const app = createHttp(
      log,
      () => false,
      () => false,
    );
    await addSecurityHeaders(app, false);
    answerErrorsAsJson(app, createErrorFormatter(log));
    // The types are of the suite's own Apollo.
    const wanted = config as unknown as ApolloServerOptions<BaseContext>;
    const server = new ApolloServer({ ...wanted, ...APOLLO_OPTIONS });
    await server.start();
    routeToApollo(app, server, options?.context ?? (async () => ({})), "/");
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as AddressInfo;
    const served = { server, url: `http://127.0.0.1:${port}`, extraCleanup: () => app.close() };
    return served as unknown as CreateServerForIntegrationTestsResult;
  },
  // @defer and @stream are in no schema of ours.
  { noIncrementalDelivery: true },
);

test("every difference that is explained is a case of the suite", () => {
  expect([...mustFail.keys()].filter((title) => !titles.has(title))).toEqual([]);
  expect(titles.size).toBeGreaterThan(235);
});
