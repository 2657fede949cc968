import { createQuery } from "@urql/solid";
import { createContext, Show, useContext, type JSX } from "solid-js";
import { graphql, type Introspected, type ResultOf } from "../api/graphql";
import { onReconnect } from "../api/live";
import { restUntil } from "../api/rest";
import { viewed } from "../api/session";
import { stopViewing } from "../api/view-as";
import { Button } from "../ui/Button";
import { Problem } from "../ui/States";
import { failureOfError } from "../api/failure";
import { RestLine } from "./RestLine";

const MeQuery = graphql(`
  query Me {
    me {
      id
      email
      name
      role
      organisation
      permissions
      viewedBy {
        id
        email
      }
    }
  }
`);

export type Me = ResultOf<typeof MeQuery>["me"];
export type Permission = Introspected<"Permission">;

const MeContext = createContext<() => Me>();

/** Who is signed in. Only below `MeGate`. */
export function useMe(): () => Me {
  const me = useContext(MeContext);
  if (!me) throw new Error("useMe is used outside of MeGate");
  return me;
}

/** May this person do it? The API decides; the console only spares them the refusal. */
export function useCan() {
  const me = useMe();
  return (permission: Permission | undefined) => !permission || me().permissions.includes(permission);
}

/** Loads who is signed in before any page is made, so that no page guesses about rights. */
export function MeGate(props: { children: JSX.Element }) {
  const [result, refetch] = createQuery({ query: MeQuery });
  onReconnect(() => refetch({ requestPolicy: "network-only" }));
  return (
    <Show when={result.data?.me} fallback={<Waiting error={result.error} retry={() => refetch()} />}>
      {(me) => <MeContext.Provider value={me}>{props.children}</MeContext.Provider>}
    </Show>
  );
}

const Waiting = (props: { error: Parameters<typeof failureOfError>[0] | undefined; retry: () => void }) => (
  <div class="boot" aria-busy={!props.error}>
    <Show
      when={props.error}
      fallback={<Show when={restUntil()} fallback="Loading" children={<RestLine />} />}
    >
      {(error) => (
        <Problem message={failureOfError(error()).message} retry={props.retry}>
          <Show when={viewed()}>
            <Button small onClick={stopViewing}>
              Stop viewing
            </Button>
          </Show>
        </Problem>
      )}
    </Show>
  </div>
);
