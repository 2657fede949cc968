import type { RequestFacts } from "#domain/operation.js";

/** A step on the way to an error: names that the code gives, never a value. */
export interface Crumb {
  /** Seconds since 1970. */
  readonly at: number;
  readonly category: "statement" | "job";
  readonly message: string;
}

const MOST_CRUMBS = 30;
/** On the facts themselves: a table of short-lived keys would cost each collection of garbage. */
const TRAIL = Symbol("trail");
interface Trailed extends RequestFacts {
  [TRAIL]?: Crumb[];
}
let isKept = false;

/** Until somebody reads trails none is kept. */
export function keepTrails(now: boolean): void {
  isKept = now;
}

/** Notes one more step of a request or a job; the oldest is forgotten when there are 30. */
export function noteCrumb(request: RequestFacts, category: Crumb["category"], message: string): void {
  if (!isKept) return;
  const crumb = { at: Date.now() / 1000, category, message };
  const trail = ((request as Trailed)[TRAIL] ??= []);
  if (trail.length === MOST_CRUMBS) trail.shift();
  trail.push(crumb);
}

export function trailOf(request: RequestFacts | undefined): readonly Crumb[] {
  return (request as Trailed | undefined)?.[TRAIL] ?? [];
}
