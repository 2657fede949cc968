import { A } from "@solidjs/router";
import { Show } from "solid-js";
import { count, sentence } from "../lib/format";
import { PageHead } from "../ui/Layout";
import { PagedTable } from "../ui/PagedTable";
import { Empty } from "../ui/States";
import { Tag } from "../ui/Tag";
import { Time } from "../ui/Time";
import { ImportForm } from "./import/ImportForm";
import { importTones } from "./import/import.model";
import { ImportsQuery, type ImportDetails } from "./import/imports.gql";
import styles from "./Leads.module.css";

/** A new import, and what became of the earlier ones. */
export const ImportsPage = () => (
  <>
    <PageHead
      back={{ href: "/leads", label: "Leads" }}
      title="Import leads"
      sub="From a CSV file with a header row. Wrong rows are listed with the reason; the rest goes in."
    />
    <ImportForm />
    <h2 class={styles.past}>Earlier imports</h2>
    <div class="card" data-flush>
      <PagedTable
        document={ImportsQuery}
        variables={{}}
        connection={(data) => data.imports}
        noun="import"
        label="Earlier imports"
        columns={7}
        head={<Head />}
        row={(each) => <Row of={each()} />}
        empty={
          <Empty title="No import yet" text="The first one will be listed here, with every rejected row." />
        }
      />
    </div>
  </>
);

const Head = () => (
  <tr>
    <th scope="col">File</th>
    <th scope="col">State</th>
    <th scope="col" data-wide>
      List
    </th>
    <th scope="col" data-end>
      New
    </th>
    <th scope="col" data-end data-wide>
      Updated
    </th>
    <th scope="col" data-end>
      Rejected
    </th>
    <th scope="col" data-end data-wide>
      Started
    </th>
  </tr>
);

const Row = (props: { of: ImportDetails }) => (
  <tr>
    <td class={styles.filename}>
      <A class="rowlink clip" href={`/leads/import/${props.of.id}`} data-row>
        {props.of.fileName ?? "Pasted text"}
      </A>
    </td>
    <td>
      <Tag tone={importTones[props.of.status]}>{sentence(props.of.status)}</Tag>{" "}
      <Show when={props.of.dryRun}>
        <small>dry run</small>
      </Show>
    </td>
    <td class={styles.listname} data-wide>
      <div class="clip">{props.of.list?.name ?? <span class="dim">–</span>}</div>
    </td>
    <td data-end class="num">
      {count(props.of.imported)}
    </td>
    <td data-end data-wide class="num">
      {count(props.of.updated)}
    </td>
    <td data-end class="num">
      {count(props.of.rejected)}
    </td>
    <td data-end data-wide class="dim">
      <Time at={props.of.createdAt} />
    </td>
  </tr>
);
