import { PageHead } from "../../ui/Layout";
import { RetentionCard } from "./RetentionCard";
import { StreamsCard } from "./StreamsCard";
import styles from "./AuditSettings.module.css";

/** How long entries are kept, and where else they go. */
export const AuditSettingsPage = () => (
  <>
    <PageHead
      title="Audit log settings"
      sub="How long entries are kept, and where they are sent. Every change is itself an entry."
      back={{ href: "/audit", label: "Audit log" }}
    />
    <div class={styles.page}>
      <RetentionCard />
      <StreamsCard />
    </div>
  </>
);
