import { createSignal, lazy, Show, Suspense } from "solid-js";
import { useMe } from "../app/me";
import { plural } from "../lib/format";
import { onReturn } from "../lib/on-return";
import { useUrlState } from "../lib/url-state";
import { Button } from "../ui/Button";
import { Plus } from "../ui/icons";
import { PageHead } from "../ui/Layout";
import { PagedTable } from "../ui/PagedTable";
import { SearchBox } from "../ui/SearchBox";
import { Empty } from "../ui/States";
import { TeamHead, TeamLine } from "./parts/TeamTable";
import { TeamsQuery } from "./teams.gql";

const NewTeamModal = lazy(async () => ({ default: (await import("./parts/NewTeamModal")).NewTeamModal }));
const TeamPanel = lazy(async () => ({ default: (await import("./panel/TeamPanel")).TeamPanel }));

const summary = (total: number | undefined) =>
  total === undefined
    ? "Who works together, and whose campaigns and leads are whose."
    : `${plural(total, "team")}. Whoever is in a team sees its campaigns and leads.`;

/** The teams of the organisation; everybody but administrators sees their own. */
export function TeamsPage() {
  const url = useUrlState();
  const me = useMe();
  const [total, setTotal] = createSignal<number>();
  const [turn, setTurn] = createSignal(0);
  const again = () => setTurn((count) => count + 1);
  onReturn(again);
  const mayCreate = () => me().role === "ADMIN";
  const withArchived = () => url.get("archived") !== "";
  const open = (id: string) => url.set({ team: id, new: undefined }, { push: true });
  return (
    <>
      <PageHead title="Teams" sub={summary(total())}>
        <Show when={mayCreate()}>
          <Button tone="primary" icon={Plus} onClick={() => url.set({ new: "1" })}>
            New team
          </Button>
        </Show>
      </PageHead>
      <div class="filters">
        <SearchBox
          label="Search teams"
          placeholder="Search by name"
          value={url.get("q")}
          onValue={(q) => url.set({ q: q || undefined })}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={withArchived()}
            onChange={(event) => url.set({ archived: event.currentTarget.checked ? "1" : undefined })}
          />
          Show archived teams
        </label>
      </div>
      <div class="card" data-flush>
        <PagedTable
          document={TeamsQuery}
          variables={{ filter: { text: url.get("q") || undefined, includeArchived: withArchived() } }}
          connection={(data) => data.teams}
          noun="team"
          label="Teams"
          columns={3}
          refresh={turn()}
          onTotal={(count) => !url.get("q") && !withArchived() && setTotal(count)}
          head={<TeamHead />}
          row={(team) => (
            <TeamLine team={team()} open={url.get("team") === team().id} onOpen={() => open(team().id)} />
          )}
          empty={
            <Nothing
              search={url.get("q")}
              mayCreate={mayCreate()}
              onClear={() => url.set({ q: undefined })}
              onNew={() => url.set({ new: "1" })}
            />
          }
        />
      </div>
      <Suspense>
        <Show when={url.get("team")}>
          {(id) => (
            <TeamPanel
              id={id()}
              onMove={(team) => url.set({ team })}
              onChanged={again}
              onClose={() => url.set({ team: undefined })}
            />
          )}
        </Show>
        <Show when={url.get("new") && mayCreate()}>
          <NewTeamModal onMade={(id) => (again(), open(id))} onClose={() => url.set({ new: undefined })} />
        </Show>
      </Suspense>
    </>
  );
}

const Nothing = (props: { search: string; mayCreate: boolean; onClear: () => void; onNew: () => void }) => (
  <Show
    when={props.search}
    fallback={
      <Show
        when={props.mayCreate}
        fallback={
          <Empty
            title="You are in no team"
            text="You see what belongs to the whole organisation. An administrator can put you into a team."
          />
        }
      >
        <Empty
          title="No teams yet"
          text="Without teams everybody sees all campaigns and leads. Make a team, add its people, and what they make from then on is theirs."
        >
          <Button tone="primary" icon={Plus} onClick={() => props.onNew()}>
            New team
          </Button>
        </Empty>
      </Show>
    }
  >
    <Empty title={`No team is called “${props.search}”`} text="Try another word, or show archived teams too.">
      <Button onClick={() => props.onClear()}>Clear the search</Button>
    </Empty>
  </Show>
);
