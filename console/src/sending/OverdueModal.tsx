import { createQuery } from "@urql/solid";
import { createEffect, createSignal, createUniqueId, For, Show, type JSX } from "solid-js";
import { failureOfError, type Failure } from "../api/failure";
import { useSend } from "../api/send";
import { now } from "../lib/clock";
import { debounced } from "../lib/debounce";
import { calendarDay, count, plural, sentence, spanWords, spelledTime } from "../lib/format";
import { Button } from "../ui/Button";
import { Modal } from "../ui/dialogs";
import { CircleAlert } from "../ui/icons";
import { Problem } from "../ui/Problem";
import { QueryRefusal, Refusal } from "../ui/Refusal";
import { Skeleton } from "../ui/States";
import { toast } from "../ui/toast";
import {
  OverdueQuery,
  ResumeCampaign,
  type Overdue,
  type OverduePolicy,
  type OverduePreview,
} from "./overdue.gql";
import styles from "./Overdue.module.css";

const askAgainMs = 350;

const texts: Record<OverduePolicy, { title: (pause: string) => string; text: string }> = {
  SKIP: {
    title: () => "Leave out",
    text: "They are never sent. A lead whose first mail is left out gets none of the campaign.",
  },
  SHIFT: {
    title: (pause) => `Move everything by ${pause}`,
    text: "These and all that follow leave later by the length of the pause, within the campaign’s window.",
  },
  CATCH_UP: {
    title: () => "Catch up",
    text: "They leave from now on, within the campaign’s window; what follows keeps its place.",
  },
};

const policies: readonly OverduePolicy[] = ["SKIP", "SHIFT", "CATCH_UP"];

/** What becomes of mail that became due during a pause: three choices with what each would do, and none made beforehand. */
export function OverdueModal(props: { campaign: { id: string; name: string }; onClose: () => void }) {
  const { send, busy } = useSend();
  const [policy, setPolicy] = createSignal<OverduePolicy>();
  const [digits, setDigits] = createSignal("");
  const [refused, setRefused] = createSignal<Failure>();
  const [isMissing, setMissing] = createSignal(false);
  const perHour = () => (digits() === "" ? null : Number(digits()));
  const asked = debounced(perHour, askAgainMs);
  const [result, refetch] = createQuery({
    query: OverdueQuery,
    variables: () => ({ id: props.campaign.id, catchUpPerHour: asked() }),
    requestPolicy: "network-only",
  });
  // A number that is refused has no previews; the choices stay as they were.
  const [known, setKnown] = createSignal<Overdue>();
  createEffect(() => result.data && setKnown(result.data.campaignOverdue));
  const fault = () => result.error && failureOfError(result.error).message;
  const choose = (next: OverduePolicy) => {
    setPolicy(next);
    setMissing(false);
    setRefused(undefined);
  };
  const type = (text: string) => {
    setDigits(text.replaceAll(/\D/g, ""));
    choose("CATCH_UP");
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const chosen = policy();
    setMissing(!chosen);
    if (!chosen || busy()) return;
    const catchUpPerHour = chosen === "CATCH_UP" ? perHour() : null;
    const { failure } = await send(ResumeCampaign, {
      id: props.campaign.id,
      overduePolicy: chosen,
      catchUpPerHour,
    });
    setRefused(failure);
    if (failure) return;
    toast(`Resumed: ${props.campaign.name}`, texts[chosen].title(pauseOf(known())));
    props.onClose();
  };
  return (
    <Modal
      title={`Resume “${props.campaign.name}”`}
      description={<Since overdue={known()} />}
      onClose={props.onClose}
      width={600}
    >
      <form class={styles.choices} onSubmit={(event) => void submit(event)} novalidate>
        <Show
          when={known()}
          fallback={
            <Show when={result.error} fallback={<Skeleton block rows={3} />}>
              {(error) => (
                <QueryRefusal of={error()} retry={() => refetch({ requestPolicy: "network-only" })} />
              )}
            </Show>
          }
        >
          {(overdue) => (
            <fieldset>
              <legend class="sr">What happens to them</legend>
              <For each={policies}>
                {(each) => (
                  <Choice
                    policy={each}
                    overdue={overdue()}
                    chosen={policy() === each}
                    isWaiting={each === "CATCH_UP" && (result.fetching || asked() !== perHour())}
                    fault={each === "CATCH_UP" ? fault() : undefined}
                    onChoose={() => choose(each)}
                  >
                    <Show when={each === "CATCH_UP"}>
                      <PerHour value={digits()} onValue={type} />
                    </Show>
                  </Choice>
                )}
              </For>
            </fieldset>
          )}
        </Show>
        <Show when={known()?.isPartial}>
          <Problem tone="note" message="There are very many: the previews are of the first 10,000 of them." />
        </Show>
        <Show when={isMissing()}>
          <p class={styles.fault} role="alert">
            <CircleAlert size={12} aria-hidden="true" />
            Choose what happens to them.
          </p>
        </Show>
        <Show when={refused()}>{(failure) => <Refusal of={failure()} />}</Show>
        <footer>
          <Button onClick={() => props.onClose()}>Stay paused</Button>
          <Button tone="primary" type="submit" busy={busy()}>
            Resume
          </Button>
        </footer>
      </form>
    </Modal>
  );
}

const pauseOf = (overdue: Overdue | undefined) =>
  overdue?.pausedAt ? spanWords(now() - Date.parse(overdue.pausedAt)) : "the pause";

const Since = (props: { overdue: Overdue | undefined }) => (
  <Show when={props.overdue} fallback="Mail became due during the pause.">
    {(overdue) => (
      <>
        {plural(overdue().count, "mail")} became due
        <Show when={overdue().pausedAt}>{(at) => <> since it was paused on {spelledTime(at())}</>}</Show>.
        Choose what happens to {overdue().count === 1 ? "it" : "them"}.
      </>
    )}
  </Show>
);

function Choice(props: {
  policy: OverduePolicy;
  overdue: Overdue;
  chosen: boolean;
  isWaiting: boolean;
  fault: string | undefined;
  onChoose: () => void;
  children: JSX.Element;
}) {
  const id = createUniqueId();
  const preview = () => props.overdue.previews.find(({ policy }) => policy === props.policy);
  return (
    <div class={styles.choice} data-chosen={props.chosen ? "" : undefined}>
      <div class={styles.head}>
        <input
          type="radio"
          name="overduePolicy"
          id={id}
          aria-describedby={`${id}-text`}
          checked={props.chosen}
          onChange={() => props.onChoose()}
        />
        <label for={id}>{texts[props.policy].title(pauseOf(props.overdue))}</label>
        {props.children}
      </div>
      <p id={`${id}-text`}>{texts[props.policy].text}</p>
      <Show
        when={!props.fault}
        fallback={
          <p class={styles.fault} role="alert">
            <CircleAlert size={12} aria-hidden="true" />
            {props.fault}
          </p>
        }
      >
        <Show when={preview()}>{(of) => <Preview of={of()} isWaiting={props.isWaiting} />}</Show>
      </Show>
    </div>
  );
}

const PerHour = (props: { value: string; onValue: (text: string) => void }) => (
  <span class={styles.perhour}>
    at
    <input
      class="input num"
      type="text"
      inputmode="numeric"
      maxlength={9}
      autocomplete="off"
      aria-label="Mails an hour"
      placeholder="any number"
      value={props.value}
      onBeforeInput={(event) => event.data && /\D/.test(event.data) && event.preventDefault()}
      onInput={(event) => props.onValue(event.currentTarget.value)}
    />
    an hour
  </span>
);

/** How many leave, when the first and the last, and how they fall on the days. */
const Preview = (props: { of: OverduePreview; isWaiting: boolean }) => (
  <div class={styles.preview} aria-busy={props.isWaiting} role="group" aria-label={sentence(props.of.policy)}>
    <span class="num">
      {count(props.of.sent)} sent, {count(props.of.skipped)} left out
      <Show when={props.of.firstAt}>
        {(first) => (
          <small>
            <time datetime={first()}>{spelledTime(first())}</time>
            <Show when={props.of.lastAt !== props.of.firstAt && props.of.lastAt}>
              {(last) => (
                <>
                  {" to "}
                  <time datetime={last()}>{spelledTime(last())}</time>
                </>
              )}
            </Show>
          </small>
        )}
      </Show>
    </span>
    <MiniDays days={props.of.days} />
  </div>
);

const MiniDays = (props: { days: OverduePreview["days"] }) => {
  const most = () => Math.max(1, ...props.days.map((day) => day.count));
  const words = () => props.days.map((day) => `${calendarDay(day.date)}: ${count(day.count)}`);
  return (
    <Show when={props.days.length}>
      <span class={styles.days} role="img" aria-label={`Mails a day. ${words().slice(0, 14).join(", ")}`}>
        <For each={props.days}>
          {(day) => (
            <i
              title={`${calendarDay(day.date)}: ${count(day.count)}`}
              style={{ height: `${Math.max(8, (day.count / most()) * 100)}%` }}
            />
          )}
        </For>
      </span>
    </Show>
  );
};
