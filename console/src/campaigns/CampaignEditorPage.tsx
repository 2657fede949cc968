import { useParams } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { Show } from "solid-js";
import { LinkButton } from "../ui/Button";
import { sentence } from "../lib/format";
import { Empty, QueryView, Skeleton } from "../ui/States";
import { EditorForm } from "./editor/EditorForm";
import { EditorQuery, type Editable } from "./editor/editor.gql";

/** The editor for a campaign that does not exist yet; the first save makes it a draft. */
export const NewCampaignPage = () => <EditorForm start={undefined} />;

/** The editor for a draft. Anything launched can only be watched. */
export function EditCampaignPage() {
  const params = useParams();
  const [result, refetch] = createQuery({
    query: EditorQuery,
    variables: () => ({ id: params["id"] ?? "" }),
  });
  return (
    <QueryView
      of={result}
      retry={() => refetch({ requestPolicy: "network-only" })}
      skeleton={<Skeleton block rows={3} />}
    >
      {(data) => (
        <Show when={data().campaign} fallback={<Gone />}>
          {(campaign) => (
            <Show
              when={campaign().availableActions.includes("UPDATE")}
              fallback={<Closed campaign={campaign()} />}
            >
              <Show when={campaign().id} keyed>
                <EditorForm start={campaign()} />
              </Show>
            </Show>
          )}
        </Show>
      )}
    </QueryView>
  );
}

const Gone = () => (
  <div class="card">
    <Empty
      page
      title="There is no such campaign"
      text="It was deleted, or it belongs to a team you are not in."
    >
      <LinkButton href="/campaigns">All campaigns</LinkButton>
    </Empty>
  </div>
);

const Closed = (props: { campaign: Editable }) => (
  <div class="card">
    <Empty
      page
      title={`“${props.campaign.name}” cannot be edited now`}
      text={`It is ${sentence(props.campaign.status).toLowerCase()}. What has been launched keeps the text that people received.`}
    >
      <LinkButton href={`/campaigns/${props.campaign.id}`}>See how it does</LinkButton>
    </Empty>
  </div>
);
