import { createQuery } from "@urql/solid";
import { createSignal, lazy, onCleanup, Show, Suspense } from "solid-js";
import { onReconnect } from "../../api/live";
import { useUrlState } from "../../lib/url-state";
import { Button } from "../../ui/Button";
import { Plus } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { Empty, QueryView, Skeleton } from "../../ui/States";
import { SecretModal } from "./SecretModal";
import { StreamsQuery } from "./settings.gql";
import { StreamTable } from "./StreamTable";

const NewStreamModal = lazy(async () => ({ default: (await import("./NewStreamModal")).NewStreamModal }));
const StreamSheet = lazy(async () => ({ default: (await import("./StreamSheet")).StreamSheet }));

/** What is delivered is told by asking; nobody pushes it. */
const everyMs = 5_000;

/** Where entries are sent to as they are sealed. */
export function StreamsCard() {
  const url = useUrlState();
  const [result, refetch] = createQuery({ query: StreamsQuery, requestPolicy: "cache-and-network" });
  const again = () => refetch({ requestPolicy: "network-only" });
  onReconnect(again);
  const timer = setInterval(() => !document.hidden && again(), everyMs);
  onCleanup(() => clearInterval(timer));
  const [secret, setSecret] = createSignal<string | null>(null);
  const streams = () => result.data?.auditStreams ?? [];
  const opened = () => streams().find(({ id }) => id === url.get("stream"));
  const create = () => url.set({ stream: "new" });
  const close = () => url.set({ stream: undefined });
  return (
    <Card
      title="Streams out"
      flush
      aside={
        <Button small icon={Plus} onClick={create}>
          New stream
        </Button>
      }
    >
      <QueryView of={result} retry={again} skeleton={<Skeleton rows={3} />}>
        {() => (
          <Show when={streams().length} fallback={<NoStreams />}>
            <StreamTable
              streams={streams()}
              open={url.get("stream")}
              onOpen={(stream) => url.set({ stream }, { push: true })}
            />
          </Show>
        )}
      </QueryView>
      <Suspense>
        <Show when={url.get("stream") === "new"}>
          <NewStreamModal
            onMade={(told) => {
              again();
              close();
              setSecret(told);
            }}
            onClose={close}
          />
        </Show>
        <Show when={opened()}>
          {(stream) => <StreamSheet stream={stream()} again={again} onSecret={setSecret} onClose={close} />}
        </Show>
      </Suspense>
      <Show when={secret()}>{(told) => <SecretModal secret={told()} onClose={() => setSecret(null)} />}</Show>
    </Card>
  );
}

const NoStreams = () => (
  <Empty
    title="Entries are sent nowhere"
    text="A stream sends every entry of the organisation to a webhook or a syslog, in order, each at least once."
  />
);
