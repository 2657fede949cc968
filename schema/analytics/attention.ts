import type { Concern } from "#domain/analytics/index.js";
import type { HealthSample } from "#domain/health/index.js";
import type { PromiseView } from "#domain/promises/index.js";
import type { AttentionItem } from "./overview.type.js";

const mails = (count: number): string =>
  count === 1 ? "1 message" : `${count.toLocaleString("en")} messages`;

const SENTENCES: Readonly<Record<Concern["kind"], (concern: Concern) => Omit<AttentionItem, "id">>> = {
  UNCERTAIN_MAIL: ({ id, name, count }) => ({
    severity: "WARNING",
    title: `${mails(count)} with unknown outcome`,
    detail: `“${name}”: nobody knows whether the server took them, the connection or the worker broke off before the answer. They are held, not sent again.`,
    href: `/campaigns/${id}?state=UNCERTAIN`,
  }),
  FAILED_MAIL: ({ id, name, count }) => ({
    severity: "INFO",
    title: `${mails(count)} failed`,
    detail: `“${name}”: refused by the receiving server.`,
    href: `/campaigns/${id}?state=FAILED`,
  }),
  PAUSED_CAMPAIGN: ({ id, name, count }) => ({
    severity: "INFO",
    title: `“${name}” is paused`,
    detail: `${mails(count)} wait until it is resumed.`,
    href: `/campaigns/${id}`,
  }),
  FAILED_IMPORT: ({ id, name }) => ({
    severity: "WARNING",
    title: "An import was refused",
    detail: `${name}: nothing was imported.`,
    href: `/leads/import/${id}`,
  }),
};

export function attentionOfConcern(concern: Concern): AttentionItem {
  return { id: `${concern.kind}:${concern.id}`, ...SENTENCES[concern.kind](concern) };
}

/** Every part of the system that is not healthy. */
export function attentionOfHealth(sample: HealthSample): AttentionItem[] {
  return sample.services
    .filter((service) => service.status !== "HEALTHY")
    .map((service) => ({
      id: `SERVICE:${service.name}`,
      severity: service.status === "UNHEALTHY" ? "CRITICAL" : "WARNING",
      title: `${service.name} is ${service.status.toLowerCase()}`,
      detail: service.detail ?? "It answers late or not at all.",
      href: "/health",
    }));
}

/** Every promise that the organisation's rows contradict. */
export function attentionOfPromises(promises: readonly PromiseView[]): AttentionItem[] {
  return promises
    .filter(({ status }) => status === "BROKEN")
    .map(({ id, title, count, offending }) => {
      const first = offending[0];
      const more = count > 1 ? `; and ${(count - 1).toLocaleString("en")} more` : "";
      return {
        id: `PROMISE:${id}`,
        severity: "CRITICAL",
        title: `Promise broken: ${title}`,
        detail: first ? `${first.label}: ${first.detail}${more}.` : "The rows that break it are listed.",
        href: "/promises",
      };
    });
}
