import { readFileSync } from "node:fs";
import { createMemoryHistory, MemoryRouter, Route } from "@solidjs/router";
import { render } from "@solidjs/testing-library";
import { Client, Provider } from "@urql/solid";
import { executeExchange } from "@urql/exchange-execute";
import { buildSchema } from "graphql";
import type { Component } from "solid-js";
import { entityCache } from "../../console/src/api/cache";
import { MeGate } from "../../console/src/app/me";

const sdl = readFileSync("schema/schema.graphql", "utf8");

/** Answers by name of the root field; objects of unions and interfaces carry their `__typename`. */
export type Answers = Record<string, (args: never) => unknown>;

const permissions = ["CAMPAIGN_READ", "CAMPAIGN_CREATE", "CAMPAIGN_UPDATE", "LEAD_READ", "LEAD_IMPORT"];

const me = () => ({
  id: "me",
  email: "ada@example.com",
  name: "Ada",
  role: "ADMIN",
  permissions,
  teams: [],
  organisation: "Northwind",
});

/** A client whose requests are executed in process against the committed schema, through the console's own cache. */
export function clientOf(answers: Answers): Client {
  const rootValue = { me, ...answers };
  return new Client({
    url: "/graphql",
    preferGetMethod: false,
    exchanges: [entityCache(), executeExchange({ schema: buildSchema(sdl), rootValue })],
  });
}

/** Renders one page at `url` as a signed-in person would see it; `visited` tells where the page has led. */
export function renderPage(page: Component, path: string, url: string, answers: Answers) {
  const history = createMemoryHistory();
  history.set({ value: url });
  const visited = () => history.get();
  const view = render(() => (
    <Provider value={clientOf(answers)}>
      <MeGate>
        <MemoryRouter history={history}>
          <Route path={path} component={page} />
          <Route path="*" component={() => <p>Elsewhere</p>} />
        </MemoryRouter>
      </MeGate>
    </Provider>
  ));
  return { ...view, visited };
}

/** A subscription that sends what `push` is given. */
export function stream<Event>() {
  const waiting: Event[] = [];
  let wake: (() => void) | undefined;
  const push = (event: Event) => {
    waiting.push(event);
    wake?.();
  };
  async function* events() {
    for (;;) {
      while (waiting.length) yield waiting.shift();
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return { push, events };
}
