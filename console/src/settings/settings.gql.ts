import { graphql } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

export const SettingsQuery = graphql(`
  query Settings {
    settings {
      maskAddresses
      fourEyesLaunch
      version
    }
    permissions {
      permission
      title
      roles
    }
  }
`);

export const UpdateSettings = graphql(
  `
    mutation SettingsUpdate($input: UpdateSettingsInput!) {
      outcome: updateSettings(input: $input) {
        kind: __typename
        ... on UpdateSettingsSuccess {
          settings {
            maskAddresses
            fourEyesLaunch
            version
          }
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);
