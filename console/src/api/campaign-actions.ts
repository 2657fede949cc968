import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useClient } from "@urql/solid";
import { createSignal } from "solid-js";
import { plural } from "../lib/format";
import { toast } from "../ui/toast";
import { failureOf, failureOfError, type Failure } from "./failure";
import { graphql, type Introspected } from "./graphql";
import { RefusedFragment } from "./refused";
import { useSend } from "./send";

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
    mails {
      total
      sent
      sending
      queued
      planned
      skipped
      cancelled
      uncertain
      failed
    }
  }
`);

/** When its mail may leave, and how much of it. */
export const ScheduleFragment = graphql(`
  fragment CampaignSchedule on CampaignSchedule @_unmask {
    timezone
    inLeadZone
    weekdays
    from
    until
    holidays
    perHour
    perDay
    gapSeconds
    jitterMinutes
    endsAt
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
      scheduledAt
      launchedAt
      pausedAt
      completedAt
      inFlight
      availableActions
      fourEyes {
        reason
      }
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

const Launch = graphql(
  `
    mutation LaunchCampaign($id: ID!) {
      outcome: launchCampaign(id: $id) {
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

const Unschedule = graphql(
  `
    mutation UnscheduleCampaign($id: ID!) {
      outcome: unscheduleCampaign(id: $id) {
        kind: __typename
        ... on UnscheduleCampaignSuccess {
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

const Archive = graphql(
  `
    mutation ArchiveCampaign($id: ID!) {
      outcome: archiveCampaign(id: $id) {
        kind: __typename
        ... on ArchiveCampaignSuccess {
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

const Schedule = graphql(
  `
    mutation ScheduleCampaign($id: ID!, $at: DateTime!) {
      outcome: scheduleCampaign(id: $id, at: $at) {
        kind: __typename
        ... on ScheduleCampaignSuccess {
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

const Clone = graphql(
  `
    mutation CloneCampaign($id: ID!) {
      outcome: cloneCampaign(id: $id) {
        kind: __typename
        ... on CloneCampaignSuccess {
          leftOut
          campaign {
            name
            ...Standing
          }
        }
        ...Refused
      }
    }
  `,
  [StandingFragment, RefusedFragment],
);

const moves = {
  LAUNCH: { document: Launch, done: "Launched", failed: "Not launched" },
  UNSCHEDULE: { document: Unschedule, done: "A draft again", failed: "Still scheduled" },
  ARCHIVE: { document: Archive, done: "Archived", failed: "Not archived" },
  PAUSE: { document: Pause, done: "Paused", failed: "Not paused" },
  CANCEL: { document: Cancel, done: "Cancelled", failed: "Not cancelled" },
  DELETE: { document: Delete, done: "Deleted", failed: "Not deleted" },
} as const;

export type Move = keyof typeof moves;

/**
 * Launches, pauses, cancels and so on. `run` says the result in a toast and resolves to true when it was done;
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

/** Schedules a campaign; the refusal, or undefined when it was done. */
export function useSchedule() {
  const { send, busy } = useSend();
  const schedule = async (id: string, at: string) => (await send(Schedule, { id, at })).failure;
  return { schedule, busy };
}

/** Makes a copy, says so in a toast, and resolves to the copy's id when it was made. */
export function useClone() {
  const { send, busy } = useSend();
  const clone = async (campaign: { id: string; name: string }): Promise<string | undefined> => {
    const { done, failure } = await send(Clone, { id: campaign.id });
    if (failure) toast(`Not copied: ${campaign.name}`, failure.message, "bad");
    else toast(`Copied: ${campaign.name}`, leftOutWords(done.leftOut));
    return done?.campaign.id;
  };
  return { clone, busy };
}

const leftOutWords = (count: number) =>
  count === 0
    ? undefined
    : `${plural(count, "list or lead", "lists and leads")} of the original ${count === 1 ? "is" : "are"} gone or not yours to mail; the copy lacks ${count === 1 ? "it" : "them"}.`;

function refusal(error: Failure | undefined, outcome: Outcome | undefined): Failure | undefined {
  if (error) return error;
  return outcome?.kind.endsWith("Success") ? undefined : failureOf(outcome ?? {});
}
