import { graphql } from "../api/graphql";

export const SettingsQuery = graphql(`
  query Settings {
    settings {
      maskAddresses
      version
    }
    permissions {
      permission
      title
      roles
    }
  }
`);

export const UpdateSettings = graphql(`
  mutation SettingsUpdate($input: UpdateSettingsInput!) {
    outcome: updateSettings(input: $input) {
      kind: __typename
      ... on UpdateSettingsSuccess {
        settings {
          maskAddresses
          version
        }
      }
      ... on InvalidInput {
        code
        message
      }
      ... on Conflict {
        code
        message
      }
    }
  }
`);
