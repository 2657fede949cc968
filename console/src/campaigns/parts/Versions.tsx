import { For, Show } from "solid-js";
import { graphql } from "../../api/graphql";
import { PagedTable } from "../../ui/PagedTable";
import { Empty } from "../../ui/States";
import { Time } from "../../ui/Time";

const VersionsQuery = graphql(`
  query CampaignVersions($id: ID!, $after: String, $counted: Boolean = false) {
    campaign(id: $id) {
      id
      versions(first: 50, after: $after) {
        edges {
          node {
            id
            n
            createdAt
            createdBy
            changes
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

const none = { edges: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 };

/** What was frozen at the launch, and by each edit since: each mail names the version that it was made from. */
export const Versions = (props: { campaignId: string; refresh: number }) => (
  <section aria-label="Versions">
    <div class="card" data-flush>
      <PagedTable
        document={VersionsQuery}
        variables={{ id: props.campaignId }}
        connection={(data) => data.campaign?.versions ?? none}
        noun="version"
        label="Versions"
        columns={4}
        refresh={props.refresh}
        head={
          <tr>
            <th scope="col">Version</th>
            <th scope="col">What changed</th>
            <th scope="col" data-wide>
              By
            </th>
            <th scope="col" data-end>
              From
            </th>
          </tr>
        }
        row={(version) => (
          <tr>
            <td class="num">{version().n}</td>
            <td>
              <For each={version().changes} fallback={<span class="dim">Launched</span>}>
                {(change) => <div>{change}</div>}
              </For>
            </td>
            <td data-wide class="clip">
              <Show when={version().createdBy} fallback={<span class="dim">–</span>}>
                {(name) => <>{name()}</>}
              </Show>
            </td>
            <td data-end class="dim">
              <Time at={version().createdAt} exact />
            </td>
          </tr>
        )}
        empty={<Empty title="No version yet" text="The first is frozen when the campaign is launched." />}
      />
    </div>
  </section>
);
