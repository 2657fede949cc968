import { createQuery } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { calendarDay, count, localInput, plural, spelledTime, zoneAt } from "../../lib/format";
import { useUrlState } from "../../lib/url-state";
import { DayBars } from "../../ui/DayBars";
import { Button, LinkButton } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { Card } from "../../ui/Layout";
import { PagedTable } from "../../ui/PagedTable";
import { QueryRefusal } from "../../ui/Refusal";
import { Empty, Problem, Skeleton } from "../../ui/States";
import { Tag } from "../../ui/Tag";
import type { CampaignDetails } from "../campaigns.gql";
import { LeadName, LocalTime } from "./Cells";
import { DownloadButton } from "./DownloadButton";
import { DryRunQuery, type DryRun as Run, type PlannedRow } from "./timetable.gql";
import { everyDay, holders, reasonWords, wordingName } from "./timetable.model";
import styles from "./Timetable.module.css";

const layers = [
  { key: "first", label: "First mails", colour: "var(--b-sent)" },
  { key: "followUps", label: "Follow-ups", colour: "var(--b-sending)" },
] as const;

/** What a launch would do, by the planner that a launch asks: as it stands, or at another start. */
export function DryRun(props: { campaign: CampaignDetails }) {
  const url = useUrlState();
  const given = () => {
    const time = new Date(url.get("start"));
    return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
  };
  const startAt = () => given() ?? props.campaign.scheduledAt ?? undefined;
  const variables = () => ({ id: props.campaign.id, startAt: startAt() });
  // The same question as that of the table's first page: it is asked once.
  const [result, refetch] = createQuery({
    query: DryRunQuery,
    variables: () => ({ ...variables(), after: null, counted: true }),
    requestPolicy: "cache-and-network",
  });
  return (
    <div class="stack">
      <Card
        title="What a launch would do"
        aside={<DownloadButton campaignId={props.campaign.id} startAt={startAt()} />}
      >
        <Start
          start={startAt()}
          isGiven={given() !== undefined}
          isScheduled={props.campaign.scheduledAt !== null}
          onStart={(start) => url.set({ start })}
        />
        <Show when={result.error}>
          {(error) => <QueryRefusal of={error()} retry={() => refetch({ requestPolicy: "network-only" })} />}
        </Show>
        <Show when={result.data} fallback={<Show when={!result.error}>{<Skeleton rows={3} />}</Show>}>
          {(data) => (
            <div class={styles.summary} aria-busy={result.fetching}>
              <Summary run={data().campaignDryRun} />
            </div>
          )}
        </Show>
      </Card>
      <Show when={!result.error}>
        <div class="card" data-flush>
          <PagedTable
            document={DryRunQuery}
            variables={variables()}
            connection={(data) => data.campaignDryRun.rows}
            keyOf={(row) => `${row.leadId}:${row.position}`}
            noun="row"
            label="Timetable"
            columns={6}
            head={
              <tr>
                <th scope="col">Lead</th>
                <th scope="col">Step</th>
                <th scope="col" data-wide>
                  Wording
                </th>
                <th scope="col">Local time</th>
                <th scope="col" data-wide>
                  From
                </th>
                <th scope="col">Note</th>
              </tr>
            }
            row={(row) => <Row row={row()} />}
            empty={
              <Empty title="Nobody would be mailed" text="The audience is empty: choose a list or leads.">
                <Show when={props.campaign.availableActions.includes("UPDATE")}>
                  <LinkButton href={`/campaigns/${props.campaign.id}/edit`}>Edit the draft</LinkButton>
                </Show>
              </Empty>
            }
          />
        </div>
      </Show>
    </div>
  );
}

/** Another launch is tried without anything being changed. */
function Start(props: {
  start: string | undefined;
  isGiven: boolean;
  isScheduled: boolean;
  onStart: (start: string | undefined) => void;
}) {
  const shown = () => localInput(props.start ? Date.parse(props.start) : Date.now());
  const [local, setLocal] = createSignal<string>();
  const attempt = (event: SubmitEvent) => {
    event.preventDefault();
    const ms = Date.parse(local() ?? "");
    if (!Number.isNaN(ms)) props.onStart(new Date(ms).toISOString());
  };
  const reset = () => {
    setLocal(undefined);
    props.onStart(undefined);
  };
  return (
    <form class={styles.start} onSubmit={attempt}>
      <TextField
        label="Try another start"
        type="datetime-local"
        name="start"
        value={local() ?? shown()}
        hint={`In your time zone, ${zoneAt(new Date().toISOString())}. Nothing is changed.`}
        onValue={setLocal}
      />
      <Button type="submit" writes={false}>
        Try
      </Button>
      <Show when={props.isGiven}>
        <Button tone="quiet" onClick={reset}>
          {props.isScheduled ? "As scheduled" : "As if launched now"}
        </Button>
      </Show>
    </form>
  );
}

/** "The first leaves on …, the last on …."; of what leaves within a minute, or of one mail, one time. */
function spanOf({ firstAt, lastAt }: Run): string {
  const [first, last] = [firstAt, lastAt].map((at) => spelledTime(at ?? ""));
  return first === last ? `They leave on ${first}.` : `The first leaves on ${first}, the last on ${last}.`;
}

function Summary(props: { run: Run }) {
  const [at, setAt] = createSignal<number>();
  const days = () => everyDay(props.run.days ?? []);
  const shown = () => days()[at() ?? -1];
  return (
    <>
      <p class={styles.line} role="status">
        <b class="num">{plural(props.run.audience ?? 0, "lead")}</b>,{" "}
        <b class="num">{plural(props.run.mails ?? 0, "mail")}</b> for a launch on{" "}
        {spelledTime(props.run.startAt)}.
        <Show when={props.run.firstAt && props.run.lastAt}>{` ${spanOf(props.run)}`}</Show>
      </p>
      <Show when={props.run.skipped?.length}>
        <ul class={styles.skipped} aria-label="Left out">
          <For each={props.run.skipped}>
            {(each) => (
              <li>
                <Tag>
                  {count(each.count)} left out: {reasonWords(each.reason)}
                </Tag>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={props.run.isPartial}>
        <Problem
          tone="note"
          message="The audience is larger than 50,000 leads: this is its beginning. The CSV has all of it."
        />
      </Show>
      <Show when={props.run.isForetold === false}>
        <Problem
          tone="note"
          message="Who lacks a variable is not known for all mails: a template is at fault, as the checks before the launch tell, or its MJML took too long to convert; load it again."
        />
      </Show>
      <Show when={days().length}>
        <p class={styles.day}>{shown() ? calendarDay(shown()?.day ?? "") : "Mails a day"}</p>
        <DayBars caption="Mails a day" layers={layers} days={days()} at={at()} onAt={setAt} />
      </Show>
    </>
  );
}

/** Which variables; a lead that may not be mailed is asked for none. */
const named = (missing: readonly string[] | null) => (missing?.length ? `: ${missing.join(", ")}` : "");

const Row = (props: { row: PlannedRow }) => (
  <tr>
    <td class={styles.lead}>
      <LeadName lead={props.row.lead} />
    </td>
    <td class="num">{props.row.position}</td>
    <td data-wide>{wordingName(props.row.variant)}</td>
    <td>
      <Show when={props.row.at && props.row.localTime} fallback={<span class="dim">Not sent</span>}>
        <LocalTime at={props.row.at ?? ""} localTime={props.row.localTime ?? ""} zone={props.row.timezone} />
      </Show>
    </td>
    <td class={`dim ${styles.from}`} data-wide>
      <Show when={props.row.at}>
        <span class="clip">{props.row.fromEmail}</span>
      </Show>
    </td>
    <td class="dim">
      <Show
        when={props.row.skipReason}
        fallback={<Show when={props.row.heldBy}>{(holder) => holders[holder()]}</Show>}
      >
        {(reason) => `Left out: ${reasonWords(reason())}${named(props.row.missing)}`}
      </Show>
    </td>
  </tr>
);
