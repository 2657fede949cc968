import { createQuery } from "@urql/solid";
import { AdminsQuery } from "../users.gql";

/** Is the signed-in Admin the only active one? False while that is not known. */
export function useLastAdmin() {
  const [result] = createQuery({ query: AdminsQuery, requestPolicy: "cache-and-network" });
  return () => result.data?.users.totalCount === 1;
}
