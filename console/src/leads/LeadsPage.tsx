import { createQuery } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import { useCan } from "../app/me";
import { plural, sentence } from "../lib/format";
import { useUrlState } from "../lib/url-state";
import { Button, LinkButton } from "../ui/Button";
import { CompactSelect } from "../ui/Field";
import { Ban, Plus, Upload } from "../ui/icons";
import { PageHead } from "../ui/Layout";
import { PagedTable } from "../ui/PagedTable";
import { SearchBox } from "../ui/SearchBox";
import { parseSort } from "../ui/SortHeader";
import { Empty } from "../ui/States";
import { LeadsQuery, ListsQuery } from "./leads.gql";
import { mailabilities, sortFields } from "./leads.model";
import { CreateLeadModal } from "./parts/CreateLeadModal";
import { LeadPanel } from "./parts/LeadPanel";
import { LeadHead, LeadLine } from "./parts/LeadTable";
import { ListRail } from "./parts/ListRail";
import { SuppressModal } from "./parts/SuppressModal";
import styles from "./Leads.module.css";

const mailabilityChoices = [
  { value: "", label: "Any mailability" },
  ...mailabilities.map((value) => ({ value, label: sentence(value) })),
];

/** Everybody who may be written to, and those who may not, with the reason. */
export function LeadsPage() {
  const url = useUrlState();
  const can = useCan();
  const [total, setTotal] = createSignal<number>();
  const [suppressing, setSuppressing] = createSignal<string>();
  const [lists, refetchLists] = createQuery({ query: ListsQuery, requestPolicy: "cache-and-network" });
  const mailability = () => mailabilities.find((each) => each === url.get("mailability"));
  const sort = () => parseSort(url.get("sort"), sortFields, "CREATED_AT");
  const variables = () => {
    const only = mailability();
    return {
      filter: {
        listId: url.get("list") || undefined,
        mailability: only && [only],
        text: url.get("q") || undefined,
      },
      orderBy: sort(),
    };
  };
  const filtered = () => Boolean(url.get("list") || mailability() || url.get("q"));
  const clear = () => url.set({ list: undefined, mailability: undefined, q: undefined });
  return (
    <>
      <PageHead
        title="Leads"
        sub={total() === undefined ? "Everybody you can write to." : summary(total() ?? 0, filtered())}
      >
        <Show when={can("LEAD_UPDATE")}>
          <Button tone="quiet" icon={Ban} onClick={() => setSuppressing("")}>
            Suppress address
          </Button>
        </Show>
        <Show when={can("LEAD_IMPORT")}>
          <LinkButton href="/leads/import" icon={Upload}>
            Import
          </LinkButton>
        </Show>
        <Show when={can("LEAD_CREATE")}>
          <Button tone="primary" icon={Plus} onClick={() => url.set({ new: "1" })}>
            New lead
          </Button>
        </Show>
      </PageHead>
      <div class={styles.page}>
        <ListRail
          result={lists}
          retry={() => refetchLists({ requestPolicy: "network-only" })}
          chosen={url.get("list")}
          onChoose={(list) => url.set({ list: list || undefined })}
        />
        <div>
          <div class="filters">
            <SearchBox
              label="Search leads"
              placeholder="Search by name, address or company"
              value={url.get("q")}
              onValue={(q) => url.set({ q: q || undefined })}
            />
            <CompactSelect
              label="Mailability"
              choices={mailabilityChoices}
              value={mailability() ?? ""}
              onValue={(value) => url.set({ mailability: value || undefined })}
            />
          </div>
          <div class="card" data-flush>
            <PagedTable
              document={LeadsQuery}
              variables={variables()}
              connection={(data) => data.leads}
              noun="lead"
              label="Leads"
              columns={5}
              onTotal={setTotal}
              head={<LeadHead sort={sort()} onSort={(text) => url.set({ sort: text })} />}
              row={(lead) => (
                <LeadLine
                  lead={lead()}
                  open={url.get("lead") === lead().id}
                  onOpen={() => url.set({ lead: lead().id }, { push: true })}
                />
              )}
              empty={<Nothing filtered={filtered()} onClear={clear} />}
            />
          </div>
        </div>
      </div>
      <Show when={url.get("lead")}>
        {(id) => (
          <LeadPanel id={id()} onSuppress={setSuppressing} onClose={() => url.set({ lead: undefined })} />
        )}
      </Show>
      <Show when={url.get("new") && can("LEAD_CREATE")}>
        <CreateLeadModal
          lists={lists.data?.leadLists.edges.map((edge) => edge.node) ?? []}
          chosen={url.get("list")}
          onClose={() => url.set({ new: undefined })}
        />
      </Show>
      <Show when={suppressing() !== undefined}>
        <SuppressModal email={suppressing() ?? ""} onClose={() => setSuppressing(undefined)} />
      </Show>
    </>
  );
}

const summary = (total: number, filtered: boolean) => `${plural(total, "lead")}${filtered ? " match" : ""}.`;

const Nothing = (props: { filtered: boolean; onClear: () => void }) => (
  <Show
    when={props.filtered}
    fallback={
      <Empty title="No lead yet" text="Import a CSV file, or enter the first person by hand.">
        <LinkButton tone="primary" href="/leads/import" icon={Upload}>
          Import leads
        </LinkButton>
      </Empty>
    }
  >
    <Empty title="No lead matches" text="Try another word, list or mailability.">
      <Button onClick={() => props.onClear()}>Clear the filter</Button>
    </Empty>
  </Show>
);
