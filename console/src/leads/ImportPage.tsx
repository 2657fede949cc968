import { A, useParams } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { onLive, onReconnect } from "../api/live";
import { paced } from "../lib/debounce";
import { count, plural, sentence, share } from "../lib/format";
import { LinkButton } from "../ui/Button";
import { Upload } from "../ui/icons";
import { Card, PageHead } from "../ui/Layout";
import { PagedTable } from "../ui/PagedTable";
import { Empty, Problem, QueryView, Skeleton } from "../ui/States";
import { Tag } from "../ui/Tag";
import { Time } from "../ui/Time";
import { importTones, isOver, mappingLines } from "./import/import.model";
import {
  ImportErrorsQuery,
  ImportProgress,
  ImportQuery,
  type ImportDetails,
  type RowError,
} from "./import/imports.gql";
import styles from "./Leads.module.css";

const errorsRefreshMs = 5_000;

/** One import: how far it is, what went in, and every row that did not with the reason. */
export function ImportPage() {
  const params = useParams();
  const id = () => params["id"] ?? "";
  const [refresh, setRefresh] = createSignal(0);
  const [result, refetch] = createQuery({
    query: ImportQuery,
    variables: () => ({ id: id() }),
    requestPolicy: "cache-and-network",
  });
  onReconnect(() => refetch({ requestPolicy: "network-only" }));
  const refreshErrors = paced(() => setRefresh((before) => before + 1), errorsRefreshMs);
  const over = () => {
    const status = result.data?.import?.status;
    return status !== undefined && isOver(status);
  };
  let rejected: number | undefined;
  onLive(
    ImportProgress,
    () => (over() ? undefined : { id: id() }),
    ({ importProgress }) => {
      if (rejected !== importProgress.import.rejected) refreshErrors();
      rejected = importProgress.import.rejected;
    },
  );
  return (
    <QueryView
      of={result}
      retry={() => refetch({ requestPolicy: "network-only" })}
      skeleton={<Skeleton block rows={2} />}
    >
      {(data) => (
        <Show when={data().import} fallback={<Gone />}>
          {(it) => <Watched of={it()} refresh={refresh()} />}
        </Show>
      )}
    </QueryView>
  );
}

const Watched = (props: { of: ImportDetails; refresh: number }) => (
  <>
    <PageHead
      back={{ href: "/leads/import", label: "Import leads" }}
      title={
        <>
          {props.of.fileName ?? "Pasted text"}{" "}
          <Tag tone={importTones[props.of.status]}>{sentence(props.of.status)}</Tag>
          <Show when={props.of.dryRun}>
            <Tag>Dry run</Tag>
          </Show>
        </>
      }
      sub={
        <>
          Started <Time at={props.of.createdAt} />
          <Show when={props.of.list}>
            {(list) => (
              <>
                {" "}
                · into{" "}
                <A class="textlink" href={`/leads?list=${list().id}`}>
                  {list().name}
                </A>
              </>
            )}
          </Show>
        </>
      }
    >
      <LinkButton href="/leads/import" icon={Upload}>
        Import another
      </LinkButton>
    </PageHead>
    <div class="stack">
      <Show when={props.of.failure}>
        {(failure) => (
          <Problem
            message={
              <>
                <b>The file was refused. </b>
                {failure().message}
                <Show when={failure().row}>{(row) => <> Row {count(row())}.</>}</Show>
                <Show when={failure().column}>{(column) => <> Column “{column()}”.</>}</Show>
              </>
            }
          />
        )}
      </Show>
      <Show when={!props.of.failure || props.of.total > 0}>
        <ProgressCard of={props.of} />
      </Show>
      <Show when={props.of.rejected > 0}>
        <RejectedRows id={props.of.id} refresh={props.refresh} />
      </Show>
    </div>
  </>
);

const outcomes = [
  { key: "imported", label: "New", colour: "var(--b-sent)" },
  { key: "updated", label: "Updated", colour: "var(--b-sending)" },
  { key: "skipped", label: "Skipped", colour: "var(--b-skipped)" },
  { key: "rejected", label: "Rejected", colour: "var(--b-failed)" },
] as const;

const ProgressCard = (props: { of: ImportDetails }) => (
  <Card
    title={isOver(props.of.status) ? "Result" : "Progress"}
    aside={<b class="num">{plural(props.of.total, "row")}</b>}
  >
    <div
      class="segments"
      data-big
      role="progressbar"
      aria-label="Rows read"
      aria-valuemin="0"
      aria-valuemax={props.of.total}
      aria-valuenow={props.of.processed}
    >
      <For each={outcomes.filter((outcome) => props.of[outcome.key] > 0)}>
        {(outcome) => <i style={{ "flex-grow": props.of[outcome.key], "--c": outcome.colour }} />}
      </For>
      <i
        style={{
          "flex-grow": Math.max(0, props.of.total - props.of.processed),
          "--c": "transparent",
          "min-width": "0",
        }}
      />
    </div>
    <dl class={styles.outcomes}>
      <For each={outcomes}>
        {(outcome) => (
          <div>
            <dt>
              <i class="swatch" style={{ "--c": outcome.colour }} />
              {outcome.label}
            </dt>
            <dd class="num">{count(props.of[outcome.key])}</dd>
          </div>
        )}
      </For>
      <div>
        <dt>Read</dt>
        <dd class="num">{share(props.of.processed, props.of.total)}</dd>
      </div>
    </dl>
    <Show when={mappingLines(props.of.mapping).length}>
      <p class={styles.mapping}>
        Columns:{" "}
        <For each={mappingLines(props.of.mapping)}>
          {(line, index) => (
            <>
              {index() > 0 && ", "}
              {line.field} from <code>{line.column}</code>
            </>
          )}
        </For>
        .
      </p>
    </Show>
    <Show when={props.of.dryRun && isOver(props.of.status)}>
      <p class={styles.samplenote}>This was a dry run: nothing has been changed.</p>
    </Show>
  </Card>
);

const RejectedRows = (props: { id: string; refresh: number }) => (
  <Card title="Rejected rows" flush>
    <PagedTable
      document={ImportErrorsQuery}
      variables={{ id: props.id }}
      connection={(data) =>
        data.import?.errors ?? { edges: [], pageInfo: { hasNextPage: false, endCursor: null } }
      }
      keyOf={(error: RowError) => `${error.row}:${error.column}:${error.message}`}
      noun="error"
      label="Rejected rows"
      columns={5}
      refresh={props.refresh}
      head={
        <tr>
          <th scope="col">Row</th>
          <th scope="col" data-wide>
            Column
          </th>
          <th scope="col">Value</th>
          <th scope="col" data-wide>
            Rule
          </th>
          <th scope="col">What is wrong</th>
        </tr>
      }
      row={(error) => (
        <tr>
          <td class="num">{count(error().row)}</td>
          <td data-wide>{error().column ?? <span class="dim">–</span>}</td>
          <td class={`${styles.value} clip`} title={error().value ?? undefined}>
            <code>{error().value || <span class="dim">empty</span>}</code>
          </td>
          <td data-wide>
            <code class="dim">{error().rule}</code>
          </td>
          <td class={styles.wrong}>{error().message}</td>
        </tr>
      )}
      empty={<Skeleton rows={3} />}
    />
  </Card>
);

const Gone = () => (
  <div class="card">
    <Empty page title="There is no such import" text="The address may be mistyped.">
      <LinkButton href="/leads/import">All imports</LinkButton>
    </Empty>
  </div>
);
