import * as v from "valibot";
import { command } from "../command.js";
import { canonicalEmail, emailFault } from "../email-address.js";
import { demandVersion } from "../errors.js";
import { changesBetween } from "../events.js";
import { lockTenant } from "../teams/index.js";
import { keepSharedPaces } from "./keep-paces.js";
import { NO_LIMITS, type SendingLimits } from "./sending-limits.queries.js";
import { limitField, MOST_A_DAY, MOST_AN_HOUR } from "./sender.inputs.js";

const MOST_DOMAINS = 200;

const Domain = v.pipe(
  v.string(),
  v.trim(),
  v.check((domain) => emailFault(`x@${domain}`) === null, "A domain is a name such as example.com."),
  v.transform((domain) => canonicalEmail(`x@${domain}`).slice(2)),
);
const Domains = v.pipe(
  v.array(
    v.pipe(
      v.object({
        domain: Domain,
        perHour: limitField("perHour", MOST_AN_HOUR),
        perDay: limitField("perDay", MOST_A_DAY),
      }),
      v.check(
        ({ perHour, perDay }) => perHour !== null || perDay !== null,
        "Give a domain a limit of an hour or of a day, or leave it out.",
      ),
    ),
  ),
  v.maxLength(MOST_DOMAINS, `At most ${MOST_DOMAINS} domains have limits of their own.`),
  v.check(
    (all) => new Set(all.map(({ domain }) => domain)).size === all.length,
    "A domain is listed once only.",
  ),
  v.transform((all) => all.toSorted((a, b) => (a.domain < b.domain ? -1 : 1))),
);

/**
 * Sets all limits that campaigns of the organisation share; what is left out is without a limit. In force with the next claim.
 * Writes tenant.settings and pace; emits settings.updated; enqueues campaigns.wakePutOff. Throws CONFLICT with both versions, BAD_USER_INPUT.
 */
export const updateSendingLimits = command({
  name: "updateSendingLimits",
  permission: "system:settings",
  input: v.object({
    perHour: limitField("perHour", MOST_AN_HOUR),
    perDay: limitField("perDay", MOST_A_DAY),
    domainPerHour: limitField("domainPerHour", MOST_AN_HOUR),
    domainPerDay: limitField("domainPerDay", MOST_A_DAY),
    domains: v.nullish(Domains, []),
    expectedVersion: v.nullish(v.number()),
  }),
  audits: (_, { tenantId: id }) => ({ action: "settings.updated", targets: [{ type: "tenant", id }] }),
  async run(op, { expectedVersion, ...limits }): Promise<null> {
    const tenant = await lockTenant(op);
    demandVersion("settings", tenant.settingsVersion, expectedVersion);
    const before = { ...NO_LIMITS, ...(tenant.settings.sendingLimits as Partial<SendingLimits> | undefined) };
    const changes = changesBetween<SendingLimits>(before, limits);
    if (changes.length === 0) return null;
    tenant.settings = { ...tenant.settings, sendingLimits: limits };
    tenant.settingsVersion += 1;
    await keepSharedPaces(op, limits);
    await op.emit("settings.updated", {
      targets: [{ type: "tenant", id: op.tenantId, label: tenant.name }],
      changes,
    });
    return null;
  },
});
