import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useClient } from "@urql/solid";
import { createSignal } from "solid-js";
import { toast } from "../ui/toast";
import { failureOf, failureOfError, type Failure } from "./failure";
import { graphql, type Introspected } from "./graphql";
import { RefusedFragment } from "./refused";

export type CampaignAction = Introspected<"CampaignAction">;
export type CampaignStatus = Introspected<"CampaignStatus">;

/** How everybody of a campaign stands; selected wherever a bar is drawn, updated by its live events. */
export const AccountingFragment = graphql(`
  fragment Accounting on CampaignAccounting @_unmask {
    campaignId
    audience
    inFlight
    planning
    buckets {
      bucket
      reason
      count
    }
  }
`);

/** What changes when a campaign moves from one state to another. */
export const StandingFragment = graphql(
  `
    fragment Standing on Campaign @_unmask {
      id
      status
      version
      updatedAt
      launchedAt
      pausedAt
      completedAt
      inFlight
      availableActions
      accounting {
        ...Accounting
      }
    }
  `,
  [AccountingFragment],
);

const Pause = graphql(
  `
    mutation PauseCampaign($id: ID!) {
      outcome: pauseCampaign(id: $id) {
        kind: __typename
        ... on PauseCampaignSuccess {
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

const Resume = graphql(
  `
    mutation ResumeCampaign($id: ID!) {
      outcome: resumeCampaign(id: $id, overduePolicy: CATCH_UP) {
        kind: __typename
        ... on ResumeCampaignSuccess {
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

const Cancel = graphql(
  `
    mutation CancelCampaign($id: ID!) {
      outcome: cancelCampaign(id: $id) {
        kind: __typename
        ... on CancelCampaignSuccess {
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

const Delete = graphql(
  `
    mutation DeleteCampaign($id: ID!) {
      outcome: deleteCampaign(id: $id) {
        kind: __typename
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

interface Outcome {
  kind: string;
  code?: string;
  message?: string;
}

const moves = {
  PAUSE: { document: Pause, done: "Paused", failed: "Not paused" },
  RESUME: { document: Resume, done: "Resumed", failed: "Not resumed" },
  CANCEL: { document: Cancel, done: "Cancelled", failed: "Not cancelled" },
  DELETE: { document: Delete, done: "Deleted", failed: "Not deleted" },
} as const;

export type Move = keyof typeof moves;

/**
 * Pauses, resumes, cancels and deletes. `run` says the result in a toast and resolves to true when it was done;
 * `busy` names the move under way. What may be done now is the campaign's `availableActions`.
 */
export function useCampaignMoves() {
  const client = useClient();
  const [busy, setBusy] = createSignal<Move>();
  const run = async (move: Move, campaign: { id: string; name: string }): Promise<boolean> => {
    const { document, done, failed } = moves[move];
    setBusy(move);
    const typed = document as unknown as TypedDocumentNode<{ outcome: Outcome }, AnyVariables>;
    const result = await client.mutation(typed, { id: campaign.id }).toPromise();
    setBusy(undefined);
    const failure = refusal(result.error && failureOfError(result.error), result.data?.outcome);
    if (failure) toast(`${failed}: ${campaign.name}`, failure.message, "bad");
    else toast(`${done}: ${campaign.name}`);
    return !failure;
  };
  return { run, busy };
}

function refusal(error: Failure | undefined, outcome: Outcome | undefined): Failure | undefined {
  if (error) return error;
  return outcome?.kind.endsWith("Success") ? undefined : failureOf(outcome ?? {});
}
