import { Show } from "solid-js";
import { now } from "../../lib/clock";
import { PagedTable } from "../../ui/PagedTable";
import { Empty } from "../../ui/States";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { AlertEventsQuery, type Firing } from "../alerts.gql";
import { figure, span } from "../health.model";
import { labelOf, unitOf, type Labels } from "./alerts.model";

/** Every time a rule was broken, the newest first. */
export const FiringTable = (props: { labels: Labels; turn: number }) => (
  <PagedTable
    document={AlertEventsQuery}
    variables={{}}
    connection={(data) => data.alertEvents}
    noun="alert"
    label="Alerts"
    columns={4}
    refresh={props.turn}
    head={
      <tr>
        <th scope="col">Alert</th>
        <th scope="col" data-wide>
          What was seen
        </th>
        <th scope="col">Fired</th>
        <th scope="col" data-end>
          Lasted
        </th>
      </tr>
    }
    row={(firing) => <FiringLine firing={firing()} labels={props.labels} />}
    empty={
      <Empty
        title="No alert has fired"
        text="When a rule is broken, it is told to administrators and kept here for a year."
      />
    }
  />
);

const FiringLine = (props: { firing: Firing; labels: Labels }) => {
  const value = (level: number) => figure(level, unitOf(props.labels, props.firing.signal));
  const seconds = () =>
    (Date.parse(props.firing.recoveredAt ?? new Date(now()).toISOString()) -
      Date.parse(props.firing.firedAt)) /
    1000;
  return (
    <tr>
      <td>
        {props.firing.ruleName}{" "}
        <Show when={props.firing.wasMuted}>
          <Tag title="The rule was muted: nobody was told">Muted</Tag>
        </Show>
      </td>
      <td class="dim" data-wide>
        {labelOf(props.labels, props.firing.signal)} {value(props.firing.value)}, over{" "}
        {value(props.firing.threshold)}
      </td>
      <td class="dim">
        <Time at={props.firing.firedAt} />
      </td>
      <td class="num" data-end>
        <Show when={props.firing.recoveredAt} fallback={<Tag tone="bad">Goes on</Tag>}>
          {span(Math.max(0, seconds()))}
        </Show>
      </td>
    </tr>
  );
};
