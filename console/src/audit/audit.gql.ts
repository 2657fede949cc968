import { graphql, type ResultOf, type VariablesOf } from "../api/graphql";

/** An entry as a row shows it. */
export const EntryFragment = graphql(`
  fragment AuditEntry on AuditLog @_unmask {
    id
    seq
    at
    action
    sentence
    outcome
    resourceType
    isErased
    actor {
      kind
      id
      email
      label
    }
    targets {
      type
      id
      label
    }
  }
`);

export const EntriesQuery = graphql(
  `
    query AuditEntries($after: String, $filter: AuditLogFilter) {
      auditLogs(first: 50, after: $after, filter: $filter) {
        edges {
          node {
            ...AuditEntry
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [EntryFragment],
);

/** Which of some numbers are entries that still exist. */
export const NumberedQuery = graphql(`
  query AuditNumbered($query: String!) {
    auditLogs(first: 20, filter: { query: $query }) {
      edges {
        node {
          id
          seq
          sentence
        }
      }
    }
  }
`);

export const OldestQuery = graphql(`
  query AuditOldest($filter: AuditLogFilter) {
    auditLogs(last: 1, filter: $filter) {
      edges {
        node {
          id
          at
        }
      }
    }
  }
`);

export const EntryQuery = graphql(
  `
    query AuditEntryDetails($id: ID!) {
      node(id: $id) {
        ... on AuditLog {
          ...AuditEntry
          reasonCode
          resourceId
          onBehalfOf {
            kind
            id
            email
            label
          }
          changes {
            field
            before
            after
          }
          ip
          userAgent
          requestId
          sessionId
          jobId
        }
      }
    }
  `,
  [EntryFragment],
);

export const FacetsQuery = graphql(`
  query AuditFacets($filter: AuditLogFilter) {
    auditFacets(filter: $filter) {
      actions {
        value
        count
      }
      outcomes {
        value
        count
      }
      actorKinds {
        value
        count
      }
      resourceTypes {
        value
        count
      }
      counted
      isCapped
    }
  }
`);

export const VolumeQuery = graphql(`
  query AuditVolume($filter: AuditLogFilter, $from: DateTime!, $to: DateTime!, $buckets: Int!) {
    auditVolume(filter: $filter, from: $from, to: $to, buckets: $buckets) {
      from
      to
      count
      denied
      failed
      isComplete
    }
  }
`);

export const VerifyQuery = graphql(`
  query AuditVerify($from: DateTime, $to: DateTime) {
    auditVerify(from: $from, to: $to) {
      isIntact
      checkedAt
      tookMs
      entries
      seals
      firstSeq
      lastSeq
      unsealed
      faults {
        kind
        seq
        seal
        message
      }
      anchoredSeq
      anchoredAt
      keyIds
      purged {
        month
        firstSeq
        lastSeq
        at
        policy
      }
    }
  }
`);

export const EntriesLive = graphql(
  `
    subscription AuditLive($filter: AuditLogFilter, $after: String) {
      auditAppended(filter: $filter, after: $after) {
        cursor
        auditLog {
          ...AuditEntry
        }
        gap {
          reason
        }
      }
    }
  `,
  [EntryFragment],
);

export type Entry = ResultOf<typeof EntryFragment>;
type Found = NonNullable<ResultOf<typeof EntryQuery>["node"]>;
export type EntryDetails = Extract<Found, { sentence: string }>;
export type Facets = ResultOf<typeof FacetsQuery>["auditFacets"];
export type VolumeBucket = ResultOf<typeof VolumeQuery>["auditVolume"][number];
export type Verification = ResultOf<typeof VerifyQuery>["auditVerify"];
export type Filter = NonNullable<VariablesOf<typeof EntriesQuery>["filter"]>;
