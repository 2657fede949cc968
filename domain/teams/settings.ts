import { LockMode } from "@mikro-orm/core";
import * as v from "valibot";
import { command } from "../command.js";
import { demandVersion, NotFoundError } from "../errors.js";
import { changesBetween } from "../events.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { Tenant } from "./tenant.entity.js";

/** What an organisation has decided about itself. */
export interface Settings {
  /** Addresses of leads are shown in part only to people who may not export them. */
  readonly maskAddresses: boolean;
  readonly version: number;
}

const SETTINGS = statement<Settings>(
  "settings",
  `select coalesce((settings->>'maskAddresses')::boolean, false) as "maskAddresses", settings_version as version
   from tenant where id = $1`,
);

export async function findSettings(reader: Reader, tenantId: Id): Promise<Settings> {
  return (await reader.query(SETTINGS, [tenantId]))[0]!;
}

/**
 * Changes what is given; what is left out stays. In force within half a second.
 * Writes tenant.settings; emits settings.updated. Throws CONFLICT with both versions.
 */
export const updateSettings = command({
  name: "updateSettings",
  permission: "system:settings",
  input: v.object({ maskAddresses: v.nullish(v.boolean()), expectedVersion: v.nullish(v.number()) }),
  async run(op, { expectedVersion, ...wanted }): Promise<null> {
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const tenant = await op.em.findOne(Tenant, { id: op.tenantId }, { lockMode, refresh: true });
    if (!tenant) throw new NotFoundError("organisation");
    demandVersion("settings", tenant.settingsVersion, expectedVersion);
    const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value != null));
    const before = { maskAddresses: false, ...tenant.settings };
    const changes = changesBetween<Record<string, unknown>>(before, given);
    if (changes.length === 0) return null;
    tenant.settings = { ...tenant.settings, ...given };
    tenant.settingsVersion += 1;
    await op.emit("settings.updated", { targets: [{ type: "tenant", id: op.tenantId }], changes });
    return null;
  },
});
