import { graphql, type ResultOf, type VariablesOf } from "../../api/graphql";
import { RefusedFragment } from "../../api/refused";

export const RetentionQuery = graphql(`
  query AuditRetention {
    auditRetention {
      months
      holdReason
      version
      purged {
        month
        firstSeq
        lastSeq
        at
      }
    }
  }
`);

export const UpdateRetention = graphql(
  `
    mutation AuditUpdateRetention($input: UpdateAuditRetentionInput!) {
      outcome: updateAuditRetention(input: $input) {
        kind: __typename
        ... on UpdateAuditRetentionSuccess {
          auditRetention {
            months
            holdReason
            version
          }
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const StreamFragment = graphql(`
  fragment AuditStreamParts on AuditStream @_unmask {
    id
    kind
    url
    state
    cursorSeq
    waiting
    deliveredAt
    failingSince
    lastError
    nextTryAt
    pausedAt
    createdAt
    version
  }
`);

export const StreamsQuery = graphql(
  `
    query AuditStreams {
      auditStreams {
        ...AuditStreamParts
      }
    }
  `,
  [StreamFragment],
);

export const CreateStream = graphql(
  `
    mutation AuditCreateStream($input: CreateAuditStreamInput!, $key: String) {
      outcome: createAuditStream(input: $input, idempotencyKey: $key) {
        kind: __typename
        ... on CreateAuditStreamSuccess {
          secret
          auditStream {
            ...AuditStreamParts
          }
        }
        ...Refused
      }
    }
  `,
  [StreamFragment, RefusedFragment],
);

export const UpdateStream = graphql(
  `
    mutation AuditUpdateStream($input: UpdateAuditStreamInput!) {
      outcome: updateAuditStream(input: $input) {
        kind: __typename
        ... on UpdateAuditStreamSuccess {
          secret
          auditStream {
            ...AuditStreamParts
          }
        }
        ...Refused
      }
    }
  `,
  [StreamFragment, RefusedFragment],
);

export const PauseStream = graphql(
  `
    mutation AuditPauseStream($id: ID!) {
      outcome: pauseAuditStream(id: $id) {
        kind: __typename
        ... on PauseAuditStreamSuccess {
          auditStream {
            ...AuditStreamParts
          }
        }
        ...Refused
      }
    }
  `,
  [StreamFragment, RefusedFragment],
);

export const ResumeStream = graphql(
  `
    mutation AuditResumeStream($id: ID!) {
      outcome: resumeAuditStream(id: $id) {
        kind: __typename
        ... on ResumeAuditStreamSuccess {
          auditStream {
            ...AuditStreamParts
          }
        }
        ...Refused
      }
    }
  `,
  [StreamFragment, RefusedFragment],
);

export const DeleteStream = graphql(
  `
    mutation AuditDeleteStream($id: ID!) {
      outcome: deleteAuditStream(id: $id) {
        kind: __typename
        ... on DeleteAuditStreamSuccess {
          id
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export type Retention = ResultOf<typeof RetentionQuery>["auditRetention"];
export type RetentionChange = VariablesOf<typeof UpdateRetention>["input"];
export type Stream = ResultOf<typeof StreamFragment>;
export type StreamKind = Stream["kind"];
