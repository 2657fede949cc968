import { readFileSync } from "node:fs";
import { buildSchema, graphql } from "graphql";
import { vi } from "vitest";
import { setSession } from "../../console/src/api/session";
import type { Answers } from "./harness";

const schema = buildSchema(readFileSync("schema/schema.graphql", "utf8"));

/**
 * Stands for the network of somebody without a session: executes what is posted against the committed schema, so that a
 * document that the server would refuse fails here too. Returns what was sent, in order.
 */
export function serve(answers: Answers) {
  const sent: { field: string; variables: Record<string, unknown> }[] = [];
  const rootValue = { refreshSession: () => ({ __typename: "InvalidCredentials" }), ...answers };
  vi.stubGlobal("fetch", async (_url: string, init: { body: string }) => {
    const { query, variables } = JSON.parse(init.body) as {
      query: string;
      variables: Record<string, unknown>;
    };
    sent.push({ field: /mutation (\w+)/.exec(query)?.[1] ?? "", variables });
    const answer = await graphql({ schema, source: query, variableValues: variables, rootValue });
    return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  });
  return sent;
}

/** Opens an address as a link in a mail does, in a browser where nobody is signed in. */
export function follow(address: string) {
  setSession("signedOut");
  history.replaceState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}

export const invalid = (field: string, message: string) => ({
  __typename: "InvalidInput",
  code: "BAD_USER_INPUT",
  message: "The input is not valid.",
  path: null,
  issues: [{ path: [field], rule: "rule", message, value: null }],
});

export const notGood = () => ({
  __typename: "InvalidCredentials",
  code: "INVALID_CREDENTIALS",
  message: "The link is not valid any more: it was used, replaced or is too old. Ask for a new one.",
  path: null,
});
