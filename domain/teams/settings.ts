import * as v from "valibot";
import { command } from "../command.js";
import { demandVersion, NotFoundError } from "../errors.js";
import { changesBetween } from "../events.js";
import type { Id } from "../ids.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import { Tenant } from "./tenant.entity.js";

/** What an organisation has decided about itself. */
export interface Settings {
  /** Addresses of leads are shown in part only to people who may not export them. */
  readonly maskAddresses: boolean;
  /** Whoever wrote a campaign does not launch it: a second person does. */
  readonly fourEyesLaunch: boolean;
  readonly version: number;
}

const SETTINGS = statement<Settings>(
  "settings",
  `select coalesce((settings->>'maskAddresses')::boolean, false) as "maskAddresses",
     coalesce((settings->>'fourEyesLaunch')::boolean, false) as "fourEyesLaunch", settings_version as version
   from tenant where id = $1`,
);

export async function findSettings(reader: Reader, tenantId: Id): Promise<Settings> {
  return (await reader.query(SETTINGS, [tenantId]))[0]!;
}

// Inserts of events and jobs only need the key: they do not wait.
const LOCK_TENANT = statement<object>("lock_tenant", "select from tenant where id = $1 for no key update");

/** Finds and locks the organisation's own row; whoever changes its settings or its people comes one after the other. */
export async function lockTenant(op: UnitOfWork): Promise<Tenant> {
  await op.query(LOCK_TENANT, [op.tenantId]);
  const tenant = await op.em.findOne(Tenant, { id: op.tenantId }, { refresh: true });
  if (!tenant) throw new NotFoundError("organisation");
  return tenant;
}

/**
 * Changes what is given; what is left out stays. In force within half a second.
 * Writes tenant.settings; emits settings.updated. Throws CONFLICT with both versions.
 */
export const updateSettings = command({
  name: "updateSettings",
  permission: "system:settings",
  input: v.object({
    maskAddresses: v.nullish(v.boolean()),
    fourEyesLaunch: v.nullish(v.boolean()),
    expectedVersion: v.nullish(v.number()),
  }),
  audits: (_, { tenantId: id }) => ({ action: "settings.updated", targets: [{ type: "tenant", id }] }),
  async run(op, { expectedVersion, ...wanted }): Promise<null> {
    const tenant = await lockTenant(op);
    demandVersion("settings", tenant.settingsVersion, expectedVersion);
    const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value != null));
    const before = { maskAddresses: false, fourEyesLaunch: false, ...tenant.settings };
    const changes = changesBetween<Record<string, unknown>>(before, given);
    if (changes.length === 0) return null;
    tenant.settings = { ...tenant.settings, ...given };
    tenant.settingsVersion += 1;
    await op.emit("settings.updated", {
      targets: [{ type: "tenant", id: op.tenantId, label: tenant.name }],
      changes,
    });
    return null;
  },
});
