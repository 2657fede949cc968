import * as v from "valibot";
import type { Actor, Requirement } from "./access/actor.js";
import { InvalidInputError, shown } from "./errors.js";
import type { Attempt } from "./events.js";
import type { Id } from "./ids.js";
import type { UnitOfWork } from "./unit-of-work.js";

/**
 * The shape of every change: who may, what it takes, what it does. Permission, transaction and idempotency are
 * the business of Operation.run. The result is plain JSON (ids, counts): it is what an idempotency key replays.
 */
export interface Command<I, O> {
  /** verbNoun, also the name of the mutation. */
  readonly name: string;
  readonly permission: Requirement;
  readonly input: v.GenericSchema<unknown, I>;
  /** Fields of the input that an idempotency key must not remember but as a password is remembered. */
  readonly secrets?: readonly string[];
  /**
   * What is on record when the state of things refuses it: FAILED, with the code of the error. Left out where what it
   * does is nobody's to audit, or where strangers could fill the log.
   */
  readonly audits?: (input: I, op: { readonly actor: Actor; readonly tenantId: Id }) => Attempt;
  /** In one transaction, and once more after a collision: it does nothing that the transaction does not take back. */
  run(op: UnitOfWork, input: I): Promise<O>;
}

export function command<I, O>(definition: Command<I, O>): Command<I, O> {
  return definition;
}

/** @throws InvalidInputError with every broken rule, paths as the input nests. */
export function parseInput<I>(schema: v.GenericSchema<unknown, I>, input: unknown): I {
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return parsed.output;
  throw new InvalidInputError(
    parsed.issues.map((issue) => {
      const path = issue.path?.map((item) => String(item.key)) ?? [];
      return {
        path,
        // A check of our own has no name of its own.
        rule: issue.type === "raw_check" ? "check" : issue.type,
        message: issue.message,
        value: /password|token/i.test(path.join(".")) ? null : shown(issue.input),
      };
    }),
  );
}
