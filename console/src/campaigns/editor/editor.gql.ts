import { AccountingFragment, ScheduleFragment, StandingFragment } from "../../api/campaign-actions";
import { graphql, type ResultOf } from "../../api/graphql";
import { RefusedFragment } from "../../api/refused";

const EditableFragment = graphql(
  `
    fragment Editable on Campaign @_unmask {
      name
      fromName
      fromEmail
      replyTo
      postalAddress
      senders {
        id
        state
      }
      schedule {
        ...CampaignSchedule
      }
      stopRules {
        onCompanyReply
        onGoal
      }
      accounting {
        ...Accounting
      }
      steps {
        id
        position
        delayMinutes
        delayBusinessDays
        variants {
          subject
          html
          text
          weight
        }
        subject
        html
        text
      }
      audience {
        lists {
          id
          name
        }
        leadIds
      }
      ...Standing
    }
  `,
  [StandingFragment, ScheduleFragment, AccountingFragment],
);

export const EditorQuery = graphql(
  `
    query CampaignEditor($id: ID!) {
      campaign(id: $id) {
        ...Editable
      }
    }
  `,
  [EditableFragment],
);

export const EditorLists = graphql(`
  query EditorLists {
    leadLists(first: 100) {
      edges {
        node {
          id
          name
          leadCount
          mailableCount
        }
      }
    }
  }
`);

export const EditorSenders = graphql(`
  query EditorSenders {
    senders(first: 100) {
      edges {
        node {
          id
          name
          address
          state
        }
      }
    }
  }
`);

export const EditorLeads = graphql(`
  query EditorLeads($first: Int!, $filter: LeadFilter) {
    leads(first: $first, filter: $filter) {
      edges {
        node {
          id
          email
          firstName
          lastName
          company
          mailability
        }
      }
    }
  }
`);

export const EditorLead = graphql(`
  query EditorLead($id: ID!) {
    lead(id: $id) {
      id
      email
      firstName
      lastName
      company
      mailability
    }
  }
`);

export const PreviewQuery = graphql(`
  query PreviewTemplate(
    $subject: String!
    $html: String!
    $text: String
    $leadId: ID
    $postalAddress: String
    $senderIds: [ID!]
  ) {
    previewTemplate(
      subject: $subject
      html: $html
      text: $text
      leadId: $leadId
      postalAddress: $postalAddress
      senderIds: $senderIds
    ) {
      subject
      html
      text
      variables
      missing
      problems {
        path
        rule
        message
      }
      sender {
        id
        name
        address
      }
    }
  }
`);

export const CreateCampaign = graphql(
  `
    mutation CreateCampaign($input: CreateCampaignInput!) {
      createCampaign(input: $input) {
        kind: __typename
        ... on CreateCampaignSuccess {
          campaign {
            ...Editable
          }
        }
        ...Refused
      }
    }
  `,
  [EditableFragment, RefusedFragment],
);

export const UpdateCampaign = graphql(
  `
    mutation UpdateCampaign($input: UpdateCampaignInput!) {
      updateCampaign(input: $input) {
        kind: __typename
        ... on UpdateCampaignSuccess {
          campaign {
            ...Editable
          }
        }
        ...Refused
      }
    }
  `,
  [EditableFragment, RefusedFragment],
);

export const LaunchCampaign = graphql(
  `
    mutation LaunchCampaign($id: ID!) {
      launchCampaign(id: $id) {
        kind: __typename
        ... on LaunchCampaignSuccess {
          campaign {
            ...Standing
          }
        }
        ...Refused
      }
    }
  `,
  [StandingFragment, RefusedFragment],
);

export const SendTestEmail = graphql(
  `
    mutation SendTestEmail($campaignId: ID!, $leadId: ID!, $to: String, $step: Int) {
      outcome: sendTestEmail(campaignId: $campaignId, leadId: $leadId, to: $to, step: $step) {
        kind: __typename
        ... on SendTestEmailSuccess {
          to
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export type Editable = ResultOf<typeof EditableFragment>;
export type ListChoice = ResultOf<typeof EditorLists>["leadLists"]["edges"][number]["node"];
export type SenderChoice = ResultOf<typeof EditorSenders>["senders"]["edges"][number]["node"];
export type LeadChoice = ResultOf<typeof EditorLeads>["leads"]["edges"][number]["node"];
