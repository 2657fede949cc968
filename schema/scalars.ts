import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLJSON, GraphQLJSONObject } from "graphql-scalars";

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function parseTime(value: unknown): Date {
  const time = typeof value === "string" && TIME.test(value) ? new Date(value) : null;
  if (time === null || Number.isNaN(time.getTime()))
    throw new GraphQLError("A DateTime is ISO 8601 with a zone, such as 2026-05-01T09:30:00Z.");
  return time;
}

function parseDay(value: unknown): string {
  const isDay = typeof value === "string" && DAY.test(value);
  // Only a day that exists is the same after a round trip: 2026-02-30 is not.
  if (!isDay || new Date(`${value}T00:00:00Z`).toJSON()?.slice(0, 10) !== value)
    throw new GraphQLError("A Date is a day of the calendar, such as 2026-05-01.");
  return value;
}

/** A moment in UTC, ISO 8601. Reads hand it over as text and it goes out as it is: parsing each is what makes lists slow. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  description: "A moment in UTC, ISO 8601, such as 2026-05-01T09:30:00Z.",
  serialize(value) {
    if (typeof value === "string") return value;
    if (value instanceof Date) return value.toISOString();
    throw new TypeError(`A DateTime is text or a Date, not ${typeof value}`);
  },
  parseValue: parseTime,
  parseLiteral: (node) => parseTime(node.kind === Kind.STRING ? node.value : null),
});

/** A day of the calendar, as text. */
export const CalendarDate = new GraphQLScalarType<string, string>({
  name: "Date",
  description: "A day of the calendar, such as 2026-05-01.",
  serialize: String,
  parseValue: parseDay,
  parseLiteral: (node) => parseDay(node.kind === Kind.STRING ? node.value : null),
});

export const JSONObject = GraphQLJSONObject;

/** Any value that JSON can say. */
export const JSONValue = GraphQLJSON;
