import { createSignal, Show } from "solid-js";
import { calendarDay } from "../../lib/format";
import { DayBars } from "../../ui/DayBars";
import { Card } from "../../ui/Layout";
import { Empty } from "../../ui/States";
import type { Outreach } from "../overview.gql";

type Day = Outreach["perDay"][number];

const layers = [
  { key: "sent", label: "Sent", colour: "var(--b-sent)" },
  { key: "skipped", label: "Skipped", colour: "var(--b-skipped)" },
  { key: "failed", label: "Failed", colour: "var(--b-failed)" },
] as const;

const total = (day: Day) => day.sent + day.skipped + day.failed;

/** Stacked bars per day. The legend shows the day under the pointer, otherwise the sums. */
export function MessagesADay(props: { days: readonly Day[] }) {
  const [at, setAt] = createSignal<number>();
  const shown = () => props.days[at() ?? -1];
  return (
    <Card
      title="Messages a day"
      aside={<span>{shown() ? calendarDay(shown()?.day ?? "") : "UTC days"}</span>}
    >
      <Show
        when={props.days.some((day) => total(day) > 0)}
        fallback={
          <Empty title="Nothing sent in this range" text="Launch a campaign and its days appear here." />
        }
      >
        <DayBars caption="Messages a day" layers={layers} days={props.days} at={at()} onAt={setAt} />
      </Show>
    </Card>
  );
}
