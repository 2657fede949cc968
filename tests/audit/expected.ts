import type { EventAction, EventTarget, FieldChange } from "../../domain/events.js";
import type { TestUser } from "../support/database.js";

/** One call of a mutation that has succeeded; values are read by their path, e.g. v("input.name"). */
export interface Made {
  /** What was given. */
  readonly v: (path: string) => string;
  /** What was answered. */
  readonly made: (path: string) => string;
  /** What `was` found before the call. */
  readonly was: (column: string) => string;
  readonly caller: Pick<TestUser, "userId" | "email"> | null;
  readonly tenantId: string;
}

/** What the call leaves in the audit log. */
export interface ExpectedEntry {
  readonly action: EventAction;
  readonly reason?: string;
  /** SQL of a row before the call; $1 as text is what is given (see subjectOf), $2 the other of two ids. */
  readonly was?: string;
  /** The first ones; sessions that end and the like come after them. */
  readonly targets: (made: Made) => readonly EventTarget[];
  readonly changes: (made: Made) => readonly FieldChange[];
}

export type ExpectedEntries = Readonly<Record<string, ExpectedEntry>>;

export const change = (field: string, before: unknown, after: unknown): FieldChange => ({
  field,
  before,
  after,
});
export const made = (field: string, after: unknown): FieldChange => change(field, null, after);
export const nothing = (): FieldChange[] => [];
