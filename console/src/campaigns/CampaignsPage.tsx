import { A } from "@solidjs/router";
import { createSignal, Show } from "solid-js";
import { useCan } from "../app/me";
import { progressOf, progressWords } from "../lib/accounting";
import { plural, sentence } from "../lib/format";
import { useUrlState } from "../lib/url-state";
import { setQuestion } from "../sending/question";
import { useFreezeQuestion } from "../sending/use-freeze-question";
import { Button, LinkButton } from "../ui/Button";
import { Pause, Play, Plus } from "../ui/icons";
import { PageHead } from "../ui/Layout";
import { PagedTable } from "../ui/PagedTable";
import { Pills } from "../ui/Pills";
import { SearchBox } from "../ui/SearchBox";
import { SegmentBar } from "../ui/SegmentBar";
import { parseSort, SortHeader, type Sort } from "../ui/SortHeader";
import { Empty } from "../ui/States";
import { campaignTones } from "../ui/status";
import { Tag } from "../ui/Tag";
import { Time } from "../ui/Time";
import { CampaignsQuery, type CampaignRow } from "./campaigns.gql";
import { campaignHref, sortFields, views } from "./campaigns.model";
import { RowActions } from "./parts/RowActions";
import { StartsIn } from "./parts/StartsIn";
import { createUnderWay } from "./under-way";
import styles from "./Campaigns.module.css";

const pills = Object.entries(views).map(([value, view]) => ({ value, label: view.label }));

/** All campaigns: by state, by name, with how far each has come. */
export function CampaignsPage() {
  const url = useUrlState();
  const can = useCan();
  const freezeQuestion = useFreezeQuestion();
  const underWay = createUnderWay();
  const [total, setTotal] = createSignal<number>();
  const view = () => (views[url.get("view")] ? url.get("view") : "all");
  const sort = () => parseSort(url.get("sort"), sortFields, "UPDATED_AT");
  const variables = () => ({
    filter: { status: views[view()]?.status, text: url.get("q") || undefined },
    orderBy: sort(),
  });
  const filtered = () => view() !== "all" || url.get("q") !== "";
  return (
    <>
      <PageHead
        title="Campaigns"
        sub={
          total() === undefined
            ? "Every campaign and how far it has come."
            : summary(total() ?? 0, filtered())
        }
      >
        <Show when={freezeQuestion()}>
          {(asked) => (
            <Button icon={asked() === "freeze" ? Pause : Play} onClick={() => setQuestion(asked())}>
              {asked() === "freeze" ? "Freeze sending" : "Release sending"}
            </Button>
          )}
        </Show>
        <Show when={can("CAMPAIGN_CREATE")}>
          <LinkButton tone="primary" href="/campaigns/new" icon={Plus}>
            New campaign
          </LinkButton>
        </Show>
      </PageHead>
      <div class="filters">
        <SearchBox
          label="Search campaigns by name"
          placeholder="Search by name"
          value={url.get("q")}
          onValue={(q) => url.set({ q: q || undefined })}
        />
        <Pills
          label="State"
          options={pills}
          value={view()}
          onValue={(value) => url.set({ view: value === "all" ? undefined : value })}
        />
      </div>
      <div class="card" data-flush>
        <PagedTable
          document={CampaignsQuery}
          variables={variables()}
          connection={(data) => data.campaigns}
          noun="campaign"
          label="Campaigns"
          columns={5}
          refresh={underWay()}
          onTotal={setTotal}
          head={<Head sort={sort()} onSort={(text) => url.set({ sort: text })} />}
          row={(campaign) => <Row campaign={campaign()} />}
          empty={
            <Nothing
              view={view()}
              filtered={filtered()}
              onClear={() => url.set({ q: undefined, view: undefined })}
            />
          }
        />
      </div>
    </>
  );
}

const summary = (total: number, filtered: boolean) =>
  filtered ? `${plural(total, "campaign")} match.` : `${plural(total, "campaign")}.`;

const Head = (props: { sort: Sort; onSort: (text: string) => void }) => (
  <tr>
    <SortHeader field="NAME" label="Name" sort={props.sort} onSort={props.onSort} />
    <th scope="col">State</th>
    <th scope="col" class={styles.progress} data-wide>
      Progress
    </th>
    <SortHeader wide field="UPDATED_AT" label="Changed" sort={props.sort} onSort={props.onSort} />
    <th scope="col" data-end data-wide>
      <span class="sr">Actions</span>
    </th>
  </tr>
);

const Row = (props: { campaign: CampaignRow }) => (
  <tr>
    <td class={styles.name}>
      <A class="rowlink clip" href={campaignHref(props.campaign)} data-row>
        {props.campaign.name || "Without a name"}
      </A>
      <small class="clip">{props.campaign.fromEmail}</small>
    </td>
    <td>
      <Tag tone={campaignTones[props.campaign.status]}>{sentence(props.campaign.status)}</Tag>
      <Show when={props.campaign.scheduledAt}>
        {(at) => (
          <small class={styles.starts}>
            <StartsIn at={at()} />
          </small>
        )}
      </Show>
    </td>
    <td class={styles.progress} data-wide>
      <Progress campaign={props.campaign} />
    </td>
    <td class="dim" data-wide>
      <Time at={props.campaign.updatedAt} />
    </td>
    <td data-end data-wide>
      <RowActions campaign={props.campaign} />
    </td>
  </tr>
);

const Progress = (props: { campaign: CampaignRow }) => (
  <Show
    when={!["DRAFT", "SCHEDULED"].includes(props.campaign.status)}
    fallback={<small>{plural(props.campaign.accounting.audience, "person", "people")} in the audience</small>}
  >
    <SegmentBar accounting={progressOf(props.campaign.accounting)} label={props.campaign.name} />
    <small class="num">
      {progressWords(props.campaign.accounting)}
      <Show when={props.campaign.status === "PAUSED" && props.campaign.inFlight > 0}>
        {" "}
        · {props.campaign.inFlight} still leaving
      </Show>
    </small>
  </Show>
);

const nothing: Record<string, [title: string, text: string]> = {
  scheduled: ["Nothing is scheduled", "A draft that is scheduled waits here until its time."],
  archived: ["Nothing is archived", "A campaign that has ended can be archived. It stays readable for ever."],
};

const Nothing = (props: { view: string; filtered: boolean; onClear: () => void }) => (
  <Show
    when={props.filtered}
    fallback={
      <Empty title="No campaign yet" text="Write the first one. It stays a draft until you launch it.">
        <LinkButton tone="primary" href="/campaigns/new" icon={Plus}>
          New campaign
        </LinkButton>
      </Empty>
    }
  >
    <Empty
      title={nothing[props.view]?.[0] ?? "No campaign matches"}
      text={nothing[props.view]?.[1] ?? "Try another state or another word."}
    >
      <button type="button" class="btn" onClick={() => props.onClear()}>
        Clear the filter
      </button>
    </Empty>
  </Show>
);
