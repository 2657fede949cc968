import { A } from "@solidjs/router";
import { Show } from "solid-js";
import { count } from "../../lib/format";
import { LinkButton } from "../../ui/Button";
import { Sheet } from "../../ui/dialogs";
import { Tag } from "../../ui/Tag";
import { queueLabels, span, spanOrDash } from "../jobs.model";
import { Until } from "../Moving";
import { policyWords, type TypeLine } from "./type.model";
import styles from "./Types.module.css";

/** The rules of one kind of job: how often it is tried, what makes two the same, and when it is made by itself. */
export const TypePanel = (props: { line: TypeLine; hours: string; onClose: () => void }) => {
  const type = () => props.line.type;
  const metrics = () => props.line.metrics;
  return (
    <Sheet title={type().name} description={type().description} onClose={props.onClose}>
      <dl class="facts">
        <dt>Queue</dt>
        <dd>{queueLabels[type().queue] ?? type().queue}</dd>
        <dt>Retries</dt>
        <dd>
          {policyWords(type().policy)}
          <small class={styles.why}>
            {type().policy.name}: {type().policy.description}
          </small>
        </dd>
        <dt>The same when</dt>
        <dd>{type().idempotency}</dd>
        <dt>Taken over</dt>
        <dd>by another worker after {span(type().leaseSeconds * 1_000)} without a sign of life</dd>
        <dt>Schedule</dt>
        <dd>
          <Show when={type().schedule} fallback="None: it is made when something asks for it.">
            {(schedule) => (
              <>
                <A class="textlink" href="/jobs?tab=schedules">
                  {schedule().description}
                </A>
                , {schedule().timezone}{" "}
                <Show when={schedule().paused}>
                  <Tag tone="warn">Paused</Tag>
                </Show>
                <Show when={schedule().nextRunAt}>
                  {(at) => (
                    <small class={styles.why}>
                      Next <Until at={at()} />
                    </small>
                  )}
                </Show>
              </>
            )}
          </Show>
        </dd>
        <dt>Runs</dt>
        <dd class="num">
          {count(metrics()?.runs ?? 0)} in {props.hours === "168" ? "7 days" : `${props.hours} h`},{" "}
          {count(metrics()?.failed ?? 0)} failed
        </dd>
        <dt>Waits</dt>
        <dd class="num">
          half within {spanOrDash(metrics()?.waitP50Ms ?? null)}, 95% within{" "}
          {spanOrDash(metrics()?.waitP95Ms ?? null)}
        </dd>
        <dt>Takes</dt>
        <dd class="num">
          half within {spanOrDash(metrics()?.runP50Ms ?? null)}, 95% within{" "}
          {spanOrDash(metrics()?.runP95Ms ?? null)}
        </dd>
      </dl>
      <div class={`actions ${styles.links}`}>
        <LinkButton href={`/jobs?type=${type().name}`}>Show its jobs</LinkButton>
        <Show when={metrics()?.failed}>
          <LinkButton href={`/jobs?type=${type().name}&state=FAILED`}>Show failed ones</LinkButton>
        </Show>
      </div>
    </Sheet>
  );
};
