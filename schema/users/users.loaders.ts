import { selfOf } from "#domain/access/actor.js";
import type { Id } from "#domain/ids.js";
import { findUsers } from "#domain/users/index.js";
import { defineLoader } from "../loaders.js";
import { userOf, type User } from "./user.type.js";

export const userLoader = defineLoader<Id, User>(async (op, ids) => {
  const rows = await findUsers(op, op.scope, selfOf(op), ids);
  return new Map(rows.map((row) => [row.id, userOf(row)]));
});
