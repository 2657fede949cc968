import { A } from "@solidjs/router";
import { Show, type JSX } from "solid-js";
import { count, plural, share } from "../../lib/format";
import { Spark } from "../../ui/Spark";
import type { Outreach, OverviewParts } from "../overview.gql";
import { change } from "../overview.model";
import styles from "../Overview.module.css";

/** The figures of the range; each says what it is a part of. */
export const KpiStrip = (props: { outreach: OverviewParts["outreach"]; leads: OverviewParts["leads"] }) => (
  <dl class={styles.kpis}>
    <Show when={props.outreach}>{(outreach) => <OutreachFigures of={outreach()} />}</Show>
    <Show when={props.leads}>
      {(leads) => (
        <Figure label="Leads" value={leads().total} href="/leads">
          {count(leads().mailable)} mailable · {count(leads().addedInRange)} new
        </Figure>
      )}
    </Show>
  </dl>
);

function OutreachFigures(props: { of: Outreach }) {
  const all = () => props.of.sent + props.of.skipped + props.of.failed + props.of.uncertain;
  const delta = () => change(props.of.sent, props.of.previousSent);
  const series = (key: "sent" | "skipped" | "failed") => props.of.perDay.map((day) => day[key]);
  return (
    <>
      <Figure label="Sent" value={props.of.sent} spark={series("sent")}>
        <Show when={delta()} fallback="nothing to compare with yet">
          {(it) => (
            <>
              <span data-rising={it().rising}>{it().text}</span> vs {count(props.of.previousSent)}
            </>
          )}
        </Show>
      </Figure>
      <Figure label="Skipped" value={props.of.skipped} spark={series("skipped")} colour="var(--b-skipped)">
        {share(props.of.skipped, all())} of all planned
      </Figure>
      <Figure label="Failed" value={props.of.failed} spark={series("failed")} colour="var(--b-failed)">
        {share(props.of.failed, all())} of all planned
      </Figure>
      <Figure label="Uncertain" value={props.of.uncertain}>
        <Show when={props.of.uncertain} fallback="every answer is known">
          <A class="textlink" href="/uncertain">
            {plural(props.of.uncertain, "message")} to decide
          </A>
        </Show>
      </Figure>
    </>
  );
}

const Figure = (props: {
  label: string;
  value: number;
  spark?: readonly number[];
  colour?: string;
  href?: string;
  children: JSX.Element;
}) => (
  <div class={styles.kpi}>
    <dt>
      <Show when={props.href} fallback={props.label}>
        {(href) => <A href={href()}>{props.label}</A>}
      </Show>
    </dt>
    <dd class={styles.value}>{count(props.value)}</dd>
    <dd class={styles.note}>{props.children}</dd>
    <Show when={props.spark}>
      {(values) => (
        <dd class={styles.trend} aria-hidden="true">
          <Spark values={values()} min={0} colour={props.colour} />
        </dd>
      )}
    </Show>
  </div>
);
