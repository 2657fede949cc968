import { createQuery } from "@urql/solid";
import { createEffect, For, on, Show } from "solid-js";
import { failureOfError } from "../../api/failure";
import { CircleAlert, Info } from "../../ui/icons";
import { Problem } from "../../ui/States";
import { PreflightQuery, type Finding } from "../campaigns.gql";
import styles from "../Campaigns.module.css";

const tones = { BLOCKING: "bad", WARNING: "warn", INFO: "info" } as const;

type ToPlace = (path: string, line: number | null) => void;

/** What the server finds in a campaign as it was saved last: what blocks a launch first. Each line leads to its place. */
export function PreflightList(props: {
  campaign: { readonly id: string; readonly version: number } | undefined;
  title?: string;
  onFound?: (blocking: number) => void;
  /** Left out where nothing can be edited. `path` as the server's, with dots. */
  onShow?: ToPlace | undefined;
}) {
  const [result, refetch] = createQuery({
    query: PreflightQuery,
    variables: () => ({ id: props.campaign?.id ?? "" }),
    pause: () => !props.campaign,
    requestPolicy: "network-only",
  });
  createEffect(
    on(
      () => props.campaign?.version,
      (version, before) =>
        version !== before && before !== undefined && refetch({ requestPolicy: "network-only" }),
    ),
  );
  const findings = () => result.data?.campaignPreflight.findings ?? [];
  createEffect(() => props.onFound?.(findings().filter((each) => each.severity === "BLOCKING").length));
  return (
    <>
      <Show when={result.error}>
        {(error) => (
          <Problem
            message={failureOfError(error()).message}
            retry={() => refetch({ requestPolicy: "network-only" })}
          />
        )}
      </Show>
      <Show when={props.campaign && !result.data && !result.error}>
        <p class="dim" role="status">
          Looking at every mail of the campaign…
        </p>
      </Show>
      <Show when={result.data && findings().length === 0}>
        <p class="dim">Pre-flight: nothing stands in the way of a launch.</p>
      </Show>
      <Show when={findings().length}>
        <div class={styles.preflight}>
          <Show when={props.title}>{(title) => <h3>{title()}</h3>}</Show>
          <ul aria-label="Pre-flight">
            <For each={findings()}>{(finding) => <Line finding={finding} onShow={props.onShow} />}</For>
          </ul>
        </div>
      </Show>
    </>
  );
}

const Line = (props: { finding: Finding; onShow: ToPlace | undefined }) => (
  <li data-tone={tones[props.finding.severity]}>
    <Show when={props.finding.severity === "INFO"} fallback={<CircleAlert size={14} aria-hidden="true" />}>
      <Info size={14} aria-hidden="true" />
    </Show>
    <Show
      when={props.onShow}
      fallback={
        <span class={styles.finding}>
          <Words finding={props.finding} />
        </span>
      }
    >
      {(onShow) => (
        <button
          type="button"
          class={styles.finding}
          onClick={() => onShow()(props.finding.path.join("."), props.finding.line)}
        >
          <Words finding={props.finding} />
        </button>
      )}
    </Show>
  </li>
);

const Words = (props: { finding: Finding }) => (
  <>
    <Show when={props.finding.severity === "BLOCKING"}>
      <span class="sr">Blocks the launch: </span>
    </Show>
    {props.finding.message}
    <Show when={props.finding.excerpt}>{(excerpt) => <code>{excerpt()}</code>}</Show>
  </>
);
