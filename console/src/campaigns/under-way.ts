import { createEffect, createSignal, on, type Accessor } from "solid-js";
import { createPolled } from "../api/polled";
import { UnderWayQuery } from "./campaigns.gql";

const everyMs = 5_000;

/**
 * Keeps the figures of what runs fresh, wherever they are shown, as long as somebody looks. The number rises when a campaign
 * has begun or ended: then other rows belong into a list.
 */
export function createUnderWay(): Accessor<number> {
  const { answer } = createPolled(
    UnderWayQuery,
    () => null,
    () => ({}),
    () => everyMs,
    Date.now,
  );
  const ids = () =>
    answer()
      ?.data.campaigns.edges.map(({ node }) => node.id)
      .toSorted()
      .join();
  const [turns, setTurns] = createSignal(0);
  createEffect(on(ids, (now, before) => before !== undefined && now !== before && setTurns((n) => n + 1)));
  return turns;
}
