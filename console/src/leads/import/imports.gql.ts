import { graphql, type ResultOf } from "../../api/graphql";
import { RefusedFragment } from "../../api/refused";

const ProgressFragment = graphql(`
  fragment Progress on Import @_unmask {
    id
    status
    fileName
    dryRun
    total
    processed
    imported
    updated
    skipped
    rejected
    createdAt
    finishedAt
    mapping
    list {
      id
      name
    }
    failure {
      code
      message
      row
      column
    }
  }
`);

export const ImportsQuery = graphql(
  `
    query Imports($after: String, $counted: Boolean = false) {
      imports(first: 50, after: $after) {
        edges {
          node {
            ...Progress
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount @include(if: $counted)
      }
    }
  `,
  [ProgressFragment],
);

export const ImportQuery = graphql(
  `
    query Import($id: ID!) {
      import(id: $id) {
        ...Progress
      }
    }
  `,
  [ProgressFragment],
);

export const ImportErrorsQuery = graphql(`
  query ImportErrors($id: ID!, $after: String, $counted: Boolean = false) {
    import(id: $id) {
      id
      errors(first: 50, after: $after) {
        edges {
          node {
            row
            column
            rule
            value
            message
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount @include(if: $counted)
      }
    }
  }
`);

export const ImportProgress = graphql(
  `
    subscription ImportProgress($id: ID!) {
      importProgress(importId: $id) {
        cursor
        import {
          ...Progress
        }
      }
    }
  `,
  [ProgressFragment],
);

export const StartImport = graphql(
  `
    mutation StartImport($input: StartImportInput!) {
      startImport(input: $input) {
        kind: __typename
        ... on StartImportSuccess {
          import {
            id
          }
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export type ImportDetails = ResultOf<typeof ProgressFragment>;
export type RowError = NonNullable<
  ResultOf<typeof ImportErrorsQuery>["import"]
>["errors"]["edges"][number]["node"];
