import { expect, test } from "vitest";
import { InvalidInputError } from "../../domain/errors.js";
import { keysetCursor, keysetValues } from "../../domain/keyset.js";
import { encodeCursor, pageOf, pageRequest } from "../../domain/page.js";

const BY_TIME = { column: "c.created_at", type: "timestamptz" } as const;
const BY_NAME = { column: "c.name", type: "text" } as const;
const ID = "01a20565-b946-7115-9124-78ff193495c2";

test.each([
  [{ first: 0 }, "first"],
  [{ first: 101 }, "first"],
  [{ last: -1 }, "last"],
  [{ first: 1, last: 1 }, "last"],
  [{ first: 1, before: "x" }, "before"],
  [{ last: 1, after: "x" }, "after"],
  [{ before: "x" }, "before"],
  [{ after: "not a cursor" }, "after"],
  [{ after: encodeCursor(["a\0", ID]) }, "after"],
])("%j is refused, naming %s", (page, field) => {
  let refusal: unknown;
  try {
    pageRequest(page);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(InvalidInputError);
  expect((refusal as InvalidInputError).issues[0]!.path).toEqual([field]);
});

test("a cursor of another list is refused instead of reading from anywhere", () => {
  const values = (parts: string[], order: typeof BY_TIME | typeof BY_NAME) => () =>
    keysetValues(order, pageRequest({ after: encodeCursor(parts) }));
  for (const parts of [
    ["ada@example.com", ID],
    ["2026-11-22 10:00:00+00"],
    ["2026-11-22 10:00:00+00", "x"],
    ["a", ID, "b"],
  ])
    expect(values(parts, BY_TIME)).toThrow(
      "after must be a cursor of an earlier answer to the same question.",
    );
  expect(values(["2026-11-22 10:00:00.123456+00", ID], BY_TIME)()).toEqual([
    "2026-11-22 10:00:00.123456+00",
    ID,
    21,
  ]);
  expect(values(["Spring", ID], BY_NAME)()).toEqual(["Spring", ID, 21]);
});

test("reading backwards gives the rows in the list's order", () => {
  const request = pageRequest({ last: 2, before: keysetCursor("b", ID) });
  expect(pageOf([3, 2, 1], request)).toEqual({ rows: [2, 3], hasNext: true, hasPrevious: true });
});
