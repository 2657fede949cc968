import { createQuery } from "@urql/solid";
import { lazy, onCleanup, Show, Suspense } from "solid-js";
import { useCan } from "../app/me";
import { link } from "../api/link";
import { onReconnect } from "../api/live";
import { onReturn } from "../lib/on-return";
import { plural } from "../lib/format";
import { Button } from "../ui/Button";
import { Pause } from "../ui/icons";
import { Time } from "../ui/Time";
import { question, setQuestion } from "./question";
import { SendingQuery, type Sending } from "./sending.gql";

const FreezeModal = lazy(async () => ({ default: (await import("./FreezeModal")).FreezeModal }));
const LOOK_EVERY_MS = 30_000;

/** Says on every page that nothing is being sent, why and since when; asks for the reason of a freeze or release. */
export function FrozenBanner() {
  const can = useCan();
  const [result, refetch] = createQuery({
    query: SendingQuery,
    pause: () => !can("CAMPAIGN_READ"),
    requestPolicy: "cache-and-network",
  });
  const again = () => can("CAMPAIGN_READ") && refetch({ requestPolicy: "network-only" });
  onReturn(again);
  onReconnect(again);
  // Without a line nobody is told anything; after a sign-out from elsewhere the question would only be refused.
  const timer = setInterval(() => !document.hidden && link() === "live" && again(), LOOK_EVERY_MS);
  onCleanup(() => {
    clearInterval(timer);
    setQuestion(undefined);
  });
  return (
    <>
      <Show when={result.data?.sending.isFrozen ? result.data.sending : undefined}>
        {(sending) => <Banner sending={sending()} />}
      </Show>
      <Suspense>
        <Show when={question()}>
          {(asked) => (
            <FreezeModal question={asked()} onDone={again} onClose={() => setQuestion(undefined)} />
          )}
        </Show>
      </Suspense>
    </>
  );
}

function Banner(props: { sending: Sending }) {
  const can = useCan();
  const isOurs = () => props.sending.scope === "ORGANISATION";
  return (
    <section class="frozen" aria-label="Sending is frozen">
      <Pause size={18} aria-hidden="true" />
      <p role="status">
        <b>{isOurs() ? "Sending is frozen." : "All sending of this installation is frozen."}</b>{" "}
        <span>
          {props.sending.reason?.replace(/\.$/, "")}
          <Show when={props.sending.frozenBy}>{(name) => <> — {name()}</>}</Show>
          <Show when={props.sending.frozenAt}>
            {(at) => (
              <>
                , <Time at={at()} />
              </>
            )}
          </Show>
          .
          <Show when={props.sending.inFlight > 0}>
            {" "}
            {plural(props.sending.inFlight, "mail")} that had been begun{" "}
            {props.sending.inFlight === 1 ? "has" : "have"} no answer yet.
          </Show>
          <Show when={!isOurs()}> Only the operator releases it: postwatch release REASON.</Show>
        </span>
      </p>
      <Show when={isOurs() && can("SYSTEM_SETTINGS_MANAGE")}>
        <Button onClick={() => setQuestion("release")}>Release…</Button>
      </Show>
    </section>
  );
}
