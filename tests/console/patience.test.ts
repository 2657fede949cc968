import { Client, CombinedError, gql, makeResult, type Operation } from "@urql/core";
import { GraphQLError } from "graphql";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { filter, fromValue, mergeMap, pipe, subscribe } from "wonka";
import { patientExchange } from "../../console/src/api/patience";
import { endRest, restUntil } from "../../console/src/api/rest";

const query = gql`
  query Find($text: String!) {
    find(text: $text)
  }
`;
const change = gql`
  mutation Change {
    change
  }
`;

const limited = (retryAfterSeconds: number) =>
  new CombinedError({
    graphQLErrors: [
      new GraphQLError("Too many requests.", { extensions: { code: "RATE_LIMITED", retryAfterSeconds } }),
    ],
  });

/** A client before a server that notes what reaches it and refuses what `refuse` says. */
function clientBefore(refuse: (operation: Operation) => CombinedError | undefined = () => undefined) {
  const reached: Operation[] = [];
  const client = new Client({
    url: "/graphql",
    preferGetMethod: false,
    exchanges: [
      patientExchange,
      () => (operations$) =>
        pipe(
          operations$,
          filter((operation) => operation.kind !== "teardown"),
          mergeMap((operation) => {
            reached.push(operation);
            const error = refuse(operation);
            const result = makeResult(operation, { data: { find: "found" } });
            return fromValue(error ? { ...result, data: undefined, error } : result);
          }),
        ),
    ],
  });
  const ask = (text: string) => {
    const shown: (string | undefined)[] = [];
    const running = pipe(
      client.query<{ find: string }>(query, { text }, { requestPolicy: "network-only" }),
      subscribe((result) => void shown.push(result.error?.message ?? result.data?.find)),
    );
    return { shown, stop: running.unsubscribe };
  };
  return { client, reached, ask };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  endRest();
  vi.useRealTimers();
});

test("a query that is refused for their number waits as long as the server says, and no page is told of it", async () => {
  let isRefusing = true;
  const { ask, reached } = clientBefore(() => (isRefusing ? limited(23) : undefined));
  const one = ask("one");
  const two = ask("two");
  expect(reached).toHaveLength(1);
  expect(restUntil()).toBe(Date.now() + 23_000);
  isRefusing = false;
  await vi.advanceTimersByTimeAsync(22_900);
  expect(reached).toHaveLength(1);
  expect([one.shown, two.shown]).toEqual([[], []]);
  await vi.advanceTimersByTimeAsync(200);
  expect([one.shown, two.shown]).toEqual([["found"], ["found"]]);
  expect(restUntil()).toBeUndefined();
});

test("however much is asked, at most 80 queries leave in a minute and each is answered in the end", async () => {
  const { ask, reached } = clientBefore();
  const all = Array.from({ length: 120 }, (_, index) => ask(`text ${index}`));
  expect(reached).toHaveLength(30);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reached.length).toBeGreaterThan(70);
  expect(reached.length).toBeLessThanOrEqual(80);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(all.every(({ shown }) => shown.join() === "found")).toBe(true);
});

test("what somebody has typed past meanwhile is never asked", async () => {
  const { ask, reached } = clientBefore();
  for (let index = 0; index < 30; index++) ask(`before ${index}`);
  for (let index = 0; index < 20; index++) ask(`typing ${index}`).stop();
  const last = ask("typed");
  await vi.advanceTimersByTimeAsync(3_000);
  expect(last.shown).toEqual(["found"]);
  expect(reached.map(({ variables }) => (variables as { text: string }).text).slice(30)).toEqual(["typed"]);
});

test("what somebody does is sent at once, also while queries wait, and hears its refusal", async () => {
  const { ask, client, reached } = clientBefore(() => limited(5));
  ask("one");
  const done = client.mutation(change, {}).toPromise();
  expect(reached.map(({ kind }) => kind)).toEqual(["query", "mutation"]);
  expect((await done).error?.message).toContain("Too many requests.");
});
