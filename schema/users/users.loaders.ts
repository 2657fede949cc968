import type { Id } from "#domain/ids.js";
import type { Operation } from "#domain/operation.js";
import { findUsers } from "#domain/users/index.js";
import { defineLoader } from "../loaders.js";
import { userOf, type User } from "./user.type.js";

/** Who asks: they are in their own directory. */
export const selfOf = ({ actor }: Operation): Id | null => (actor.kind === "USER" ? actor.userId : null);

export const userLoader = defineLoader<Id, User>(async (op, ids) => {
  const rows = await findUsers(op, op.scope, selfOf(op), ids);
  return new Map(rows.map((row) => [row.id, userOf(row)]));
});
