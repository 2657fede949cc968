import type { Id } from "../ids.js";
import type { Reader } from "../operation.js";
import { findSenders, type SenderView } from "../senders/index.js";
import { OF_CAMPAIGN, type Finding, type Inspected } from "./finding.js";

/** Providers whose own DMARC policy lets nobody else send in their name; and those that will follow. */
const FREE_MAIL = new Set(
  `gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr ymail.com aol.com hotmail.com hotmail.co.uk hotmail.de
   hotmail.fr outlook.com live.com msn.com icloud.com me.com mac.com gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de
   freenet.de mail.com mail.ru yandex.com yandex.ru proton.me protonmail.com zoho.com qq.com 163.com 126.com orange.fr free.fr
   laposte.net libero.it`.split(/\s+/),
);

/** What is told of whoever the mails are from, at the field where that is said. */
interface From {
  readonly path: string;
  readonly address: string;
  readonly postalAddress: string | null;
  /** Of a sender; empty where it is the campaign's own. */
  readonly ofWhom: string;
}

/** The senders of a campaign as they are now; none: it has but its own name and address. */
export async function sendersOf(
  reader: Reader,
  tenantId: Id,
  { senderIds = [] }: Inspected,
): Promise<SenderView[]> {
  return senderIds.length === 0 ? [] : findSenders(reader, tenantId, senderIds);
}

/** What is missing at the campaign's head, or at its senders'. */
export function senderFindings(
  { fromEmail, postalAddress = null }: Inspected,
  senders: readonly SenderView[],
): Finding[] {
  const own = { path: "fromEmail", address: fromEmail, postalAddress, ofWhom: "" };
  const froms: readonly From[] =
    senders.length === 0
      ? [own]
      : senders.map((one) => ({ ...one, path: "senderIds", ofWhom: ` of ${one.address}` }));
  return [...froms.flatMap(fromFindings), ...senders.flatMap(stateFindings)];
}

function finding(
  rule: string,
  field: string,
  message: string,
  severity: Finding["severity"] = "WARNING",
): Finding {
  return { rule, severity, message, path: [field], ...OF_CAMPAIGN };
}

function fromFindings({ path, address, postalAddress, ofWhom }: From): Finding[] {
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  const findings: Finding[] = [];
  if (!postalAddress)
    findings.push(
      finding(
        "postal_address",
        ofWhom === "" ? "postalAddress" : path,
        `There is no postal address${ofWhom}, which commercial mail must have in many countries: add it, it is put at the end of every mail.`,
      ),
    );
  if (FREE_MAIL.has(domain))
    findings.push(
      finding(
        "sender_free_mail",
        path,
        `Mail in the name of ${domain} that does not come from its own servers is mostly rejected (DMARC): send from a domain of your own.`,
      ),
    );
  return findings;
}

function stateFindings({ state, address }: SenderView): Finding[] {
  if (state === "ARCHIVED")
    return [
      finding(
        "sender_archived",
        "senderIds",
        `The sender ${address} is archived: choose another.`,
        "BLOCKING",
      ),
    ];
  if (state === "PAUSED")
    return [
      finding(
        "sender_paused",
        "senderIds",
        `The sender ${address} is paused: its mail waits until it is resumed.`,
      ),
    ];
  return [];
}
