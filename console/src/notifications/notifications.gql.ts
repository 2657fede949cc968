import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

const NotificationFragment = graphql(`
  fragment OneNotification on Notification @_unmask {
    id
    kind
    title
    detail
    href
    at
    readAt
  }
`);

export const NotificationsQuery = graphql(
  `
    query NotificationsNewest {
      notifications(first: 50) {
        edges {
          node {
            ...OneNotification
          }
        }
      }
    }
  `,
  [NotificationFragment],
);

export const Notified = graphql(
  `
    subscription NotificationsLive($after: String) {
      notifications(after: $after) {
        cursor
        notification {
          ...OneNotification
        }
      }
    }
  `,
  [NotificationFragment],
);

export const MarkRead = graphql(
  `
    mutation NotificationsMarkRead($ids: [ID!]) {
      outcome: markNotificationsRead(ids: $ids) {
        kind: __typename
        ... on MarkNotificationsReadSuccess {
          read
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export type Notification = ResultOf<typeof NotificationFragment>;
