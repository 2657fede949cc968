import { graphql } from "./graphql";
import { RefusedFragment } from "./refused";

/** Ends one session, a person's own or that of somebody whom they manage. */
export const RevokeSession = graphql(
  `
    mutation RevokeSession($id: ID!) {
      outcome: revokeSession(id: $id) {
        kind: __typename
        ... on RevokeSessionSuccess {
          revoked
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);
