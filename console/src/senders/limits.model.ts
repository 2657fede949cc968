import type { Failure } from "../api/failure";
import { count } from "../lib/format";
import type { Limits } from "./limits.gql";

/** "20 an hour, 500 a day"; "No limit". */
export function limitWords(perHour: number | null, perDay: number | null): string {
  const parts = [
    ...(perHour === null ? [] : [`${count(perHour)} an hour`]),
    ...(perDay === null ? [] : [`${count(perDay)} a day`]),
  ];
  return parts.join(", ") || "No limit";
}

/** One domain a line: "example.com 20 500", the hour and the day; a dash for no limit. */
export const linesOf = (domains: Limits["domains"]) =>
  domains.map(({ domain, perHour, perDay }) => `${domain} ${perHour ?? "-"} ${perDay ?? "-"}`).join("\n");

const line = /^(\S+)\s+(\d{1,9}|-)(?:\s+(\d{1,9}|-))?$/;
const limitOf = (text: string | undefined) => (text === undefined || text === "-" ? null : Number(text));

type LimitValues = Omit<Limits, "version" | "slowed">;
const refused = (path: string, message: string): Failure => ({
  code: "BAD_USER_INPUT",
  message: "",
  issues: [{ path, message }],
});

/** The values of the form, or what in it cannot be read. */
export function limitsOf(fields: FormData): LimitValues | Failure {
  const text = (name: string) => String(fields.get(name) ?? "").trim();
  const wrong = (["perHour", "perDay", "domainPerHour", "domainPerDay"] as const).find(
    (name) => !/^\d{0,9}$/.test(text(name)),
  );
  if (wrong) return refused(wrong, "Enter a whole number, or nothing.");
  const rows = text("domains")
    .split("\n")
    .map((row) => row.trim())
    .filter(Boolean);
  const bad = rows.find((row) => !line.test(row));
  if (bad !== undefined)
    return refused("domains", `“${bad}” is not a domain with its limits, such as: example.com 20 500`);
  const number = (name: string) => (text(name) === "" ? null : Number(text(name)));
  return {
    perHour: number("perHour"),
    perDay: number("perDay"),
    domainPerHour: number("domainPerHour"),
    domainPerDay: number("domainPerDay"),
    domains: rows.map((row) => {
      const [, domain = "", hour, day] = line.exec(row) ?? [];
      return { domain, perHour: limitOf(hour), perDay: limitOf(day) };
    }),
  };
}
