import type { GraphQLField } from "graphql";
import { Extensions } from "type-graphql";

const KEY = "answersFor";

/**
 * For whom an event of a subscription is the answer.
 * `equalRights`: for everybody of the organisation with the same role and teams, because nothing in it depends on
 * the person, and each event is whole, so that whoever comes later is told the last one and whoever is slow the newest.
 * `oneself`: for this subscriber alone. A field that says nothing is one of those.
 */
export type AnswersFor = "equalRights" | "oneself";

/** Declares it on a subscription. */
export const Answers = (answersFor: AnswersFor): MethodDecorator =>
  Extensions({ [KEY]: answersFor }) as MethodDecorator;

/** What the field says; undefined when nothing. */
export const answersForOf = ({ extensions }: GraphQLField<unknown, unknown>): unknown => extensions[KEY];
