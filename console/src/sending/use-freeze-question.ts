import { createQuery } from "@urql/solid";
import { useCan } from "../app/me";
import { SendingQuery } from "./sending.gql";

/** What may be asked about sending as it stands: to freeze it, to release it, or nothing. */
export function useFreezeQuestion(): () => "freeze" | "release" | undefined {
  const can = useCan();
  // The banner on every page keeps it fresh.
  const [result] = createQuery({
    query: SendingQuery,
    pause: () => !can("CAMPAIGN_READ"),
    requestPolicy: "cache-first",
  });
  return () => {
    const sending = result.data?.sending;
    if (!sending?.isFrozen) return can("CAMPAIGN_PAUSE") ? "freeze" : undefined;
    return sending.scope === "ORGANISATION" && can("SYSTEM_SETTINGS_MANAGE") ? "release" : undefined;
  };
}
