import { randomUUID } from "node:crypto";
import type { Role } from "../../domain/access/roles.js";
import type { Id } from "../../domain/ids.js";
import type { Operation } from "../../domain/operation.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { makeTenant, makeUser, type TestDatabase } from "./database.js";

/** A tenant with one person of each role, who act directly on the domain. */
export interface Organisation {
  readonly tenantId: Id;
  as(role: Role): Operation;
  asJob(name: string): Operation;
}

export async function organisation({ database }: TestDatabase): Promise<Organisation> {
  const tenantId = await makeTenant(database);
  const roles: Role[] = ["ADMIN", "MANAGER", "USER"];
  const people = await Promise.all(roles.map((role) => makeUser(database, { tenantId, role })));
  return {
    tenantId,
    as: (role) => people[roles.indexOf(role)]!.op,
    asJob: (name) => openOperation(database, { kind: "JOB", name }, { requestId: randomUUID() }, tenantId),
  };
}
