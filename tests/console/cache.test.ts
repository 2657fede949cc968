import { expect, test } from "vitest";
import { subscribe } from "wonka";
import { LeadsQuery, Suppress } from "../../console/src/leads/leads.gql";
import { clientOf } from "./harness";

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
