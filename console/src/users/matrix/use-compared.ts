import { createQuery } from "@urql/solid";
import { createSignal } from "solid-js";
import { useUrlState } from "../../lib/url-state";
import { PersonAbilitiesQuery } from "../users.gql";
import type { Permission } from "../users.model";

/** The person beside the roles, whose id stands in the address, and which of their permissions is being explained. */
export function useCompared() {
  const url = useUrlState();
  const [explained, setExplained] = createSignal<Permission>();
  const id = () => url.get("person");
  const [result] = createQuery({
    query: PersonAbilitiesQuery,
    variables: () => ({ id: id() }),
    pause: () => !id(),
    requestPolicy: "cache-and-network",
  });
  /** Nobody when one may not ask about them. */
  const person = () => {
    const user = id() ? result.data?.user : undefined;
    return user?.id === id() && user?.effectivePermissions ? user : undefined;
  };
  const abilities = () => person()?.effectivePermissions ?? [];
  return {
    person,
    explained: () => (person() ? explained() : undefined),
    choose: (chosen: string | undefined) => {
      setExplained(undefined);
      url.set({ person: chosen });
    },
    granted: () => abilities().filter((each) => each.granted).length,
    ability: (permission: Permission) => abilities().find((each) => each.permission === permission),
    /** Opens the reason of one permission, or closes it again. */
    explain: (permission: Permission) => setExplained((now) => (now === permission ? undefined : permission)),
  };
}

export type Compared = ReturnType<typeof useCompared>;
