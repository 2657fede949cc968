import { createQuery } from "@urql/solid";
import { onReconnect } from "../../api/live";
import { onReturn } from "../../lib/on-return";
import { Card } from "../../ui/Layout";
import { QueryView, Skeleton } from "../../ui/States";
import { Hold } from "./Hold";
import { Purged } from "./Purged";
import { RetentionForm } from "./RetentionForm";
import { RetentionQuery } from "./settings.gql";
import { keptFor } from "./settings.model";
import styles from "./AuditSettings.module.css";

/** How long entries are kept, what stands in the way of deleting them, and what was deleted. */
export function RetentionCard() {
  const [result, refetch] = createQuery({ query: RetentionQuery, requestPolicy: "cache-and-network" });
  const again = () => refetch({ requestPolicy: "network-only" });
  onReturn(again);
  onReconnect(again);
  const kept = () => result.data && `Kept ${keptFor(result.data.auditRetention.months)}`;
  return (
    <Card title="Retention" aside={kept()}>
      <QueryView of={result} retry={again} skeleton={<Skeleton rows={4} />}>
        {(data) => (
          <div class={styles.body}>
            <RetentionForm retention={data().auditRetention} again={again} />
            <Hold retention={data().auditRetention} again={again} />
            <Purged months={data().auditRetention.purged} />
          </div>
        )}
      </QueryView>
    </Card>
  );
}
