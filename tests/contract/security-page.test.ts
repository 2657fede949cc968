import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/security.md"), "utf8");

/** OWASP ASVS 5.0.0: how many requirements of levels 1 and 2 each section has; they are numbered from 1. */
const SECTIONS: Readonly<Record<string, number>> = {
  "V1.1": 2,
  "V1.2": 9,
  "V1.3": 11,
  "V1.4": 3,
  "V1.5": 2,
  "V2.1": 3,
  "V2.2": 3,
  "V2.3": 4,
  "V2.4": 1,
  "V3.2": 2,
  "V3.3": 4,
  "V3.4": 6,
  "V3.5": 5,
  "V3.7": 2,
  "V4.1": 3,
  "V4.2": 1,
  "V4.3": 2,
  "V4.4": 4,
  "V5.1": 1,
  "V5.2": 3,
  "V5.3": 2,
  "V5.4": 3,
  "V6.1": 3,
  "V6.2": 12,
  "V6.3": 4,
  "V6.4": 4,
  "V6.5": 5,
  "V6.6": 3,
  "V6.8": 4,
  "V7.1": 3,
  "V7.2": 4,
  "V7.3": 2,
  "V7.4": 5,
  "V7.5": 2,
  "V7.6": 2,
  "V8.1": 2,
  "V8.2": 3,
  "V8.3": 1,
  "V8.4": 1,
  "V9.1": 3,
  "V9.2": 4,
  "V10.1": 2,
  "V10.2": 2,
  "V10.3": 4,
  "V10.4": 11,
  "V10.5": 5,
  "V10.6": 2,
  "V10.7": 3,
  "V11.1": 2,
  "V11.2": 3,
  "V11.3": 3,
  "V11.4": 4,
  "V11.5": 1,
  "V11.6": 1,
  "V12.1": 3,
  "V12.2": 2,
  "V12.3": 4,
  "V13.1": 1,
  "V13.2": 5,
  "V13.3": 2,
  "V13.4": 5,
  "V14.1": 2,
  "V14.2": 4,
  "V14.3": 3,
  "V15.1": 3,
  "V15.2": 3,
  "V15.3": 7,
  "V16.1": 1,
  "V16.2": 5,
  "V16.3": 4,
  "V16.4": 3,
  "V16.5": 3,
  "V17.1": 1,
  "V17.2": 4,
  "V17.3": 2,
};
const rows = [...page.matchAll(/^\| (V[\d.]+) +\| ([12]) +\|(.*)\|$/gm)].map(([, id, level, rest]) => {
  const [asks, state, how, test] = rest!.split("|").map((cell) => cell.trim());
  const tests = [...test!.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
  return { id: id!, level: Number(level), asks, state, how, tests };
});

test("the page answers every requirement of levels 1 and 2, once", () => {
  const wanted = Object.entries(SECTIONS).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, at) => `${section}.${at + 1}`),
  );
  expect(wanted).toHaveLength(253);
  expect(rows.map((row) => row.id)).toEqual(wanted);
});

test("each requirement is met, open or not applicable; what is met names a test that is there", () => {
  const odd = rows.filter(
    ({ state, how, tests }) =>
      !how ||
      !["met", "**open**", "not applicable"].includes(state!) ||
      (state === "met") !== tests.length > 0,
  );
  expect(odd).toEqual([]);
  const named = rows.flatMap(({ id, tests }) => tests.map((path) => ({ id, path })));
  expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
});

test("the counts at the head of the table are those of its rows", () => {
  const count = (state: string) => rows.filter((row) => row.state === state).length;
  expect(page).toContain(
    `${count("met")} met, ${count("not applicable")} not applicable, ${count("**open**")} open, of ${rows.length}.`,
  );
});
