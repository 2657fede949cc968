import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

export const ViewsQuery = graphql(`
  query AuditViews {
    auditViews {
      id
      name
      query
      isOwn
    }
  }
`);

export const SaveView = graphql(
  `
    mutation AuditSaveView($name: String!, $query: String!) {
      outcome: saveAuditView(input: { name: $name, query: $query }) {
        kind: __typename
        ... on SaveAuditViewSuccess {
          auditView {
            id
            name
            query
            isOwn
          }
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const DeleteView = graphql(
  `
    mutation AuditDeleteView($id: ID!) {
      outcome: deleteAuditView(id: $id) {
        kind: __typename
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export type View = ResultOf<typeof ViewsQuery>["auditViews"][number];
