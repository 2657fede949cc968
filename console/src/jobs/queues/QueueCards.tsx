import { createQuery } from "@urql/solid";
import { Index } from "solid-js";
import { useCan } from "../../app/me";
import { useUrlState } from "../../lib/url-state";
import { limitsOf } from "./queue.model";
import { QueueCard } from "./QueueCard";
import { WaitingLimitsQuery, type Queue } from "./queues.gql";
import styles from "./Queues.module.css";

/** The queues beside each other. Pressing a name narrows what is below to that queue, pressing again widens it. */
export function QueueCards(props: {
  queues: readonly Queue[];
  stale: boolean;
  again: () => Promise<void> | void;
}) {
  const url = useUrlState();
  const can = useCan();
  const [limits] = createQuery({ query: WaitingLimitsQuery, pause: () => !can("SYSTEM_HEALTH_READ") });
  const select = (name: string) => url.set({ queue: url.get("queue") === name ? undefined : name });
  return (
    <div class={styles.cards} data-stale={props.stale ? "" : undefined}>
      <Index each={props.queues}>
        {(queue) => (
          <QueueCard
            queue={queue()}
            limits={limitsOf(queue().name, limits.data?.healthThresholds)}
            selected={url.get("queue") === queue().name}
            onSelect={() => select(queue().name)}
            onState={(state) =>
              url.set({ queue: queue().name, state, tab: undefined, group: undefined, q: undefined })
            }
            again={props.again}
          />
        )}
      </Index>
    </div>
  );
}
