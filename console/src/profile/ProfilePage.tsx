import { createQuery } from "@urql/solid";
import { onReconnect } from "../api/live";
import { onReturn } from "../lib/on-return";
import { PageHead } from "../ui/Layout";
import { QueryView, Skeleton } from "../ui/States";
import { AbilitiesCard } from "./parts/AbilitiesCard";
import { PasswordCard } from "./parts/PasswordCard";
import { PersonCard } from "./parts/PersonCard";
import { SessionsCard } from "./parts/SessionsCard";
import { OwnSessionsQuery, ProfileQuery } from "./profile.gql";
import styles from "./Profile.module.css";

/** One's own name, password and sessions, and what one may do and why. */
export function ProfilePage() {
  const [result, refetch] = createQuery({ query: ProfileQuery, requestPolicy: "cache-and-network" });
  const [sessions, refetchSessions] = createQuery({
    query: OwnSessionsQuery,
    requestPolicy: "cache-and-network",
  });
  const again = () => refetch({ requestPolicy: "network-only" });
  const sessionsAgain = () => refetchSessions({ requestPolicy: "network-only" });
  for (const wake of [onReturn, onReconnect]) wake(() => (again(), sessionsAgain()));
  return (
    <>
      <PageHead title="Your profile" sub="Who you are here, how you sign in, and what you may do." />
      <QueryView of={result} retry={again} skeleton={<Skeleton rows={8} />}>
        {(data) => (
          <div class={styles.columns}>
            <div class="stack">
              <PersonCard me={data().me} again={again} />
              <PasswordCard email={data().me.email} onChanged={sessionsAgain} />
            </div>
            <div class="stack">
              <SessionsCard result={sessions} again={sessionsAgain} />
              <AbilitiesCard id={data().me.id} />
            </div>
          </div>
        )}
      </QueryView>
    </>
  );
}
