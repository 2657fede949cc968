import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

export type UserStatus = "INVITED" | "ACTIVE" | "SUSPENDED" | "ERASED";

export const User = defineEntity({
  name: "User",
  tableName: "app_user",
  properties: {
    id: p.uuid().primary(),
    email: p.text(),
    emailCanonical: p.text(),
    name: p.text(),
    passwordHash: p.text().nullable(),
    status: p.text().$type<UserStatus>(),
    isOperator: p.boolean(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});
export type User = InferEntity<typeof User>;
