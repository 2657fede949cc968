import { Show, type Component } from "solid-js";
import { dateTime, exactTime, spanWords } from "../../lib/format";
import { useUrlState } from "../../lib/url-state";
import { CircleAlert, CircleCheck, Clock, Minus, TriangleAlert } from "../../ui/icons";
import { PagedTable } from "../../ui/PagedTable";
import { Empty, Skeleton } from "../../ui/States";
import type { Tone } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import type { CampaignDetails } from "../campaigns.gql";
import { LeadName, LocalTime } from "./Cells";
import { DownloadButton } from "./DownloadButton";
import { TimetableQuery, type TimetableRow } from "./timetable.gql";
import { differences, holders } from "./timetable.model";
import styles from "./Timetable.module.css";

const icons: Record<Tone, Component<{ size?: number; "aria-hidden"?: "true" }>> = {
  ok: CircleCheck,
  plain: Minus,
  accent: Clock,
  warn: TriangleAlert,
  bad: CircleAlert,
};

/** Of a launched campaign: what was planned, what happened, and why it differs. */
export function PlanAndOutcome(props: { campaign: CampaignDetails; refresh: number }) {
  const url = useUrlState();
  return (
    <section aria-label="Plan and outcome">
      <div class={`filters ${styles.head}`}>
        <h2>Plan and outcome</h2>
        <p class="dim">What was planned for each lead on its own clock, and what happened.</p>
        <DownloadButton campaignId={props.campaign.id} />
      </div>
      <div class="card" data-flush>
        <PagedTable
          document={TimetableQuery}
          variables={{ id: props.campaign.id }}
          connection={(data) => data.campaignTimetable}
          keyOf={(row) => `${row.leadId}:${row.position}`}
          refresh={props.refresh}
          inUse={() => url.get("message") !== ""}
          noun="row"
          label="Timetable"
          columns={6}
          head={
            <tr>
              <th scope="col">Lead</th>
              <th scope="col">Step</th>
              <th scope="col">Planned</th>
              <th scope="col" data-wide>
                From
              </th>
              <th scope="col" data-wide>
                Sent
              </th>
              <th scope="col">Difference</th>
            </tr>
          }
          row={(row) => (
            <Row
              row={row()}
              open={row().messageId !== null && url.get("message") === row().messageId}
              onOpen={(message) => url.set({ message }, { push: true })}
            />
          )}
          empty={
            <Show when={!props.campaign.accounting.planning} fallback={<Skeleton rows={6} />}>
              <Empty title="Nothing was planned" text="The audience was empty when it was launched." />
            </Show>
          }
        />
      </div>
    </section>
  );
}

const Row = (props: { row: TimetableRow; open: boolean; onOpen: (messageId: string) => void }) => (
  <tr data-open={props.open ? "" : undefined}>
    <td class={styles.lead}>
      <LeadName lead={props.row.lead} />
    </td>
    <td class="num">{props.row.position}</td>
    <td>
      <Show when={props.row.plannedAt && props.row.localTime} fallback={<span class="dim">No time</span>}>
        <LocalTime
          at={props.row.plannedAt ?? ""}
          localTime={props.row.localTime ?? ""}
          zone={props.row.zone}
        />
      </Show>
    </td>
    <td class={`dim ${styles.from}`} data-wide>
      <span class="clip">{props.row.fromEmail}</span>
    </td>
    <td data-wide>
      <Show when={props.row.sentAt} fallback={<Due at={props.row.dueAt} />}>
        {(at) => <Time at={at()} exact />}
      </Show>
      <Show when={props.row.messageId}>
        {(messageId) => (
          <button
            type="button"
            class={`textlink ${styles.open}`}
            data-row
            onClick={() => props.onOpen(messageId())}
          >
            Message
          </button>
        )}
      </Show>
    </td>
    <td class={styles.difference}>
      <Difference row={props.row} />
    </td>
  </tr>
);

const Due = (props: { at: string | null }) => (
  <span class="dim">
    <Show when={props.at} fallback="Not sent">
      {(at) => (
        <time datetime={at()} title={exactTime(at())}>
          Due {dateTime(at())}
        </time>
      )}
    </Show>
  </span>
);

const lateFromSeconds = 60;

/** By colour, by icon, by word; the sentence says it whole. */
const Difference = (props: { row: TimetableRow }) => {
  const known = () => differences[props.row.difference];
  const late = () => props.row.lateBySeconds ?? 0;
  const Icon = () => {
    const Shape = icons[known().tone];
    return <Shape size={13} aria-hidden="true" />;
  };
  return (
    <>
      <span class={styles.badge} data-tone={known().tone}>
        <Icon />
        {known().label}
        <Show when={late() > lateFromSeconds}>
          <span class="num">· {spanWords(late() * 1000)}</span>
        </Show>
      </span>
      <small>
        {props.row.sentence}
        <Show when={props.row.heldBy}>{(holder) => ` ${holders[holder()]}.`}</Show>
      </small>
    </>
  );
};
