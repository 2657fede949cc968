import { format } from "node:util";
import { afterEach as after, describe as group, test as one } from "vitest";

export { afterAll, beforeAll, beforeEach, expect, vi as jest } from "vitest";

/** Cases that must fail, by their full titles, and why. One that passes all the same is reported as a failure. */
export const mustFail = new Map<string, string>();
/** Full titles of all cases that run. */
export const titles = new Set<string>();

type Body = (...values: never[]) => unknown;
type Define = (title: string, body: Body, timeoutMs?: number) => void;
/** The titles around what is being defined. */
let around: readonly string[] = [];

/** Jest's `each`: a row's values go to the body, and to the places of the title. */
const each = (define: Define) => (rows: readonly unknown[]) => (title: string, body: Body) => {
  for (const row of rows) {
    const values = (Array.isArray(row) ? row : [row]) as never[];
    const places = values.slice(0, title.match(/%\w/g)?.length ?? 0);
    define(format(title, ...places), () => body(...values));
  }
};

/** Vitest opens a group when the one around it has been defined. */
function defineGroup(title: string, body: Body): void {
  const inside = [...around, title];
  group(title, () => {
    around = inside;
    body();
  });
}

/** Jest's bodies may also end by calling what they are given. */
const settled = (body: Body) => async (): Promise<void> => {
  if (body.length === 0) await body();
  else await new Promise((resolve) => void body(resolve as never));
};

function defineCase(title: string, body: Body, timeout?: number): void {
  const full = [...around, title].join(" > ");
  titles.add(full);
  const define = mustFail.has(full) ? one.fails : one;
  define(title, timeout === undefined ? {} : { timeout }, settled(body));
}

export const afterEach = (body: Body): void => after(settled(body));
const skipGroup = Object.assign(() => {}, { each: () => () => {} });
export const describe = Object.assign(defineGroup, { each: each(defineGroup), skip: skipGroup });
export const it = Object.assign(defineCase, { each: each(defineCase), skip: skipGroup });
export const test = it;
