import { createQuery } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import { useCan } from "../../app/me";
import { onReturn } from "../../lib/on-return";
import { sentence } from "../../lib/format";
import { useUrlState } from "../../lib/url-state";
import { Button } from "../../ui/Button";
import { CompactSelect } from "../../ui/Field";
import { UserPlus } from "../../ui/icons";
import { PagedTable } from "../../ui/PagedTable";
import { SearchBox } from "../../ui/SearchBox";
import { parseSort } from "../../ui/SortHeader";
import { Empty } from "../../ui/States";
import { PeopleQuery, TeamsQuery } from "../users.gql";
import { roles, sortFields, statuses } from "../users.model";
import { PeopleHead, PersonLine } from "./PeopleTable";

const roleChoices = choicesOf("Any role", roles);
const statusChoices = choicesOf("Any status", statuses);

function choicesOf(any: string, values: readonly string[]) {
  return [{ value: "", label: any }, ...values.map((value) => ({ value, label: sentence(value) }))];
}

const listOf = <Value,>(value: Value | undefined) => (value === undefined ? undefined : [value]);

/** The directory: search, filters, order and the open person stand in the address. */
export function People(props: { onTotal: (total: number) => void }) {
  const url = useUrlState();
  const [turn, setTurn] = createSignal(0);
  onReturn(() => setTurn((count) => count + 1));
  const [teams] = createQuery({ query: TeamsQuery, requestPolicy: "cache-and-network" });
  const role = () => roles.find((each) => each === url.get("role"));
  const status = () => statuses.find((each) => each === url.get("status"));
  const sort = () => parseSort(url.get("sort") || "NAME.ASC", sortFields, "NAME");
  const filtered = () => Boolean(url.get("q") || role() || status() || url.get("team"));
  // Whatever changes the list starts it again at its first page.
  const narrow = (patch: Record<string, string | undefined>) => url.set({ pages: undefined, ...patch });
  const clear = () => narrow({ q: undefined, role: undefined, status: undefined, team: undefined });
  const variables = () => ({
    filter: {
      text: url.get("q") || undefined,
      role: listOf(role()),
      status: listOf(status()),
      teamId: url.get("team") || undefined,
    },
    orderBy: sort(),
  });
  const teamChoices = () => [
    { value: "", label: "Any team" },
    ...(teams.data?.teams.edges ?? []).map(({ node }) => ({ value: node.id, label: node.name })),
  ];
  return (
    <>
      <div class="filters">
        <SearchBox
          label="Search people"
          placeholder="Search by name or address"
          value={url.get("q")}
          onValue={(q) => narrow({ q: q || undefined })}
        />
        <CompactSelect
          label="Role"
          choices={roleChoices}
          value={role() ?? ""}
          onValue={(value) => narrow({ role: value || undefined })}
        />
        <CompactSelect
          label="Status"
          choices={statusChoices}
          value={status() ?? ""}
          onValue={(value) => narrow({ status: value || undefined })}
        />
        <Show when={teamChoices().length > 1}>
          <CompactSelect
            label="Team"
            choices={teamChoices()}
            value={url.get("team")}
            onValue={(value) => narrow({ team: value || undefined })}
          />
        </Show>
      </div>
      <div class="card" data-flush>
        <PagedTable
          document={PeopleQuery}
          variables={variables()}
          connection={(data) => data.users}
          noun="person"
          nouns="people"
          label="People"
          columns={5}
          pages={Number(url.get("pages")) || 1}
          onPages={(pages) => url.set({ pages: String(pages) })}
          refresh={turn()}
          onTotal={(total) => !filtered() && props.onTotal(total)}
          head={<PeopleHead sort={sort()} onSort={(sort) => narrow({ sort })} />}
          row={(person) => (
            <PersonLine
              person={person()}
              open={url.get("user") === person().id}
              onOpen={() => url.set({ user: person().id }, { push: true })}
            />
          )}
          empty={<Nothing filtered={filtered()} onClear={clear} />}
        />
      </div>
    </>
  );
}

function Nothing(props: { filtered: boolean; onClear: () => void }) {
  const can = useCan();
  const url = useUrlState();
  return (
    <Show
      when={props.filtered}
      fallback={
        <Empty title="Nobody here yet" text="Whoever is invited appears here at once, before they accept.">
          <Show when={can("USER_INVITE")}>
            <Button tone="primary" icon={UserPlus} onClick={() => url.set({ invite: "1" })}>
              Invite people
            </Button>
          </Show>
        </Empty>
      }
    >
      <Empty title="Nobody matches" text="Try another word, role, status or team.">
        <Button onClick={() => props.onClear()}>Clear the filter</Button>
      </Empty>
    </Show>
  );
}
