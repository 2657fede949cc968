import { Client, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";
import { authExchange } from "@urql/exchange-auth";
import { entityCache } from "./cache";
import type { Link } from "./link";
import { resuming, type Place } from "./place";
import { patientExchange } from "./patience";
import { noteFailedCall } from "./report";
import { endRest } from "./rest";
import { accessToken, distrustToken, refreshSession, tokenIsStale, viewed } from "./session";
import { traceHeaders } from "./tracking";

/** What every request says about itself: who asks, and through whose eyes. */
function identity(): Record<string, string> {
  const token = accessToken();
  const eyes = viewed();
  return {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(eyes && { "x-view-as": eyes.id }),
  };
}

const refreshed = () =>
  authExchange((utils) =>
    Promise.resolve({
      addAuthToOperation: (operation) => utils.appendHeaders(operation, identity()),
      willAuthError: tokenIsStale,
      didAuthError: (error) =>
        error.graphQLErrors.some((each) => each.extensions["code"] === "UNAUTHENTICATED"),
      refreshAuth: async () => {
        distrustToken();
        await refreshSession();
      },
    }),
  );

/** The API client of one session. Make a new one after every sign-in: the cache belongs to one person. */
export function createConsoleClient(socket: Link): Client {
  // Somebody else has requests of their own left.
  endRest();
  return new Client({
    url: "/graphql",
    preferGetMethod: false,
    fetchOptions: () => ({ headers: traceHeaders() }),
    exchanges: [
      entityCache(),
      patientExchange,
      refreshed(),
      mapExchange({ onError: ({ response }) => noteFailedCall(response as Response | undefined) }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request, { context }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              resuming({ ...request, query: request.query ?? "" }, context["place"] as Place | undefined),
              {
                ...sink,
                // The last word of a stream that broke off; else it would count as open, and nobody could open it again.
                error: (error) =>
                  Array.isArray(error) ? sink.next({ errors: error, hasNext: false }) : sink.error(error),
              },
            ),
          }),
        }),
      }),
    ],
  });
}
