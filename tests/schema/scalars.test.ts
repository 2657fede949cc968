import { parseValue } from "graphql";
import { describe, expect, test } from "vitest";
import { CalendarDate, DateTime } from "../../schema/scalars.js";

describe("DateTime", () => {
  test("goes out as the text that the database gave, or as ISO 8601", () => {
    expect(DateTime.serialize("2026-05-01T09:30:00.123456Z")).toBe("2026-05-01T09:30:00.123456Z");
    expect(DateTime.serialize(new Date(0))).toBe("1970-01-01T00:00:00.000Z");
    expect(() => DateTime.serialize(0)).toThrow(TypeError);
  });

  test("comes in with any zone", () => {
    expect(DateTime.parseValue("2026-05-01T09:30:00+02:00")).toEqual(new Date("2026-05-01T07:30:00Z"));
    expect(DateTime.parseLiteral(parseValue('"2026-05-01T09:30:00Z"'))).toEqual(
      new Date("2026-05-01T09:30:00Z"),
    );
  });

  test.each([
    "2026-05-01",
    "2026-05-01T09:30:00",
    "2026-13-01T00:00:00Z",
    "2026-05-01T25:00:00Z",
    "soon",
    "",
    5,
    null,
  ])("%s is refused with an example", (value) => {
    expect(() => DateTime.parseValue(value)).toThrow("such as 2026-05-01T09:30:00Z");
  });
});

describe("Date", () => {
  test("is a day that exists", () => {
    expect(CalendarDate.parseValue("2028-02-29")).toBe("2028-02-29");
    for (const value of ["2026-02-29", "2026-02-30", "2026-2-3", "2026-05-01T00:00:00Z", 20260501, null])
      expect(() => CalendarDate.parseValue(value)).toThrow("such as 2026-05-01");
  });
});
