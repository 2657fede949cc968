import { graphql } from "./graphql";

/** What every refusal of a mutation says: select it beside the success of a payload, as `failureOf` reads it. */
export const RefusedFragment = graphql(`
  fragment Refused on Error @_unmask {
    code
    message
    path
    ... on InvalidInput {
      issues {
        path
        message
      }
    }
    ... on NotReady {
      issues {
        path
        message
      }
    }
    ... on Conflict {
      currentVersion
    }
  }
`);
