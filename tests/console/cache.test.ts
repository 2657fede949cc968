import { expect, test } from "vitest";
import { subscribe } from "wonka";
import { HealthHistoryQuery } from "../../console/src/health/health.gql";
import { LeadsQuery, Suppress } from "../../console/src/leads/leads.gql";
import { clientOf } from "./harness";
import { historyOf } from "./health-answers";

const lead = (mailability: string) => ({
  __typename: "Lead",
  id: "l1",
  email: "ada@example.com",
  firstName: "Ada",
  lastName: null,
  company: null,
  title: null,
  stage: "NEW",
  mailability,
  createdAt: "2026-03-01T10:00:00.000Z",
});

test("a list on screen is asked again after a change, whatever it is filtered by", async () => {
  let mailability = "MAILABLE";
  const client = clientOf({
    leads: () => ({
      edges: [{ cursor: "1", node: lead(mailability) }],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: "1", endCursor: "1" },
      totalCount: 1,
    }),
    suppress: () => {
      mailability = "UNSUBSCRIBED";
      const suppression = { __typename: "Suppression", id: "s1", email: "ada@example.com" };
      return { __typename: "SuppressSuccess", suppression };
    },
  });
  const shown: string[] = [];
  const variables = { filter: { text: "ada", listId: "list1" }, orderBy: { field: "EMAIL" as const } };
  const running = subscribe<{ data?: { leads: { edges: { node: { mailability: string } }[] } } }>(
    (result) => {
      const first = result.data?.leads.edges[0];
      if (first) shown.push(first.node.mailability);
    },
  )(client.query(LeadsQuery, variables));
  await client.mutation(Suppress, { email: "ada@example.com", reason: "MANUAL" }).toPromise();
  await expect.poll(() => shown.at(-1)).toBe("UNSUBSCRIBED");
  expect(shown[0]).toBe("MAILABLE");
  running.unsubscribe();
});

test("of histories, asked for with another time each time, only the newest answer is kept", async () => {
  const client = clientOf({ healthHistory: (args: never) => historyOf(args) });
  const ask = async (to: string, requestPolicy: "network-only" | "cache-only") => {
    const variables = { from: "2026-03-01T09:00:00.000Z", to };
    const { data } = await client.query(HealthHistoryQuery, variables, { requestPolicy }).toPromise();
    return data?.healthHistory.to;
  };
  const [first, second] = ["2026-03-01T10:00:00.000Z", "2026-03-01T10:01:00.000Z"] as const;
  expect(await ask(first, "network-only")).toBe(first);
  expect(await ask(first, "cache-only")).toBe(first);
  expect(await ask(second, "network-only")).toBe(second);
  expect(await ask(first, "cache-only")).toBeUndefined();
  expect(await ask(second, "cache-only")).toBe(second);
});
