import { OF_CAMPAIGN, type Finding, type Inspected } from "./finding.js";

/** Providers whose own DMARC policy lets nobody else send in their name; and those that will follow. */
const FREE_MAIL = new Set(
  `gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr ymail.com aol.com hotmail.com hotmail.co.uk hotmail.de
   hotmail.fr outlook.com live.com msn.com icloud.com me.com mac.com gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de
   freenet.de mail.com mail.ru yandex.com yandex.ru proton.me protonmail.com zoho.com qq.com 163.com 126.com orange.fr free.fr
   laposte.net libero.it`.split(/\s+/),
);

/** What is missing at the campaign's head. */
export function senderFindings({ fromEmail, postalAddress }: Inspected): Finding[] {
  const finding = (rule: string, field: string, message: string): Finding => ({
    rule,
    severity: "WARNING",
    message,
    path: [field],
    ...OF_CAMPAIGN,
  });
  const domain = fromEmail.slice(fromEmail.lastIndexOf("@") + 1).toLowerCase();
  const findings = [
    finding(
      "unsubscribe_headers",
      "name",
      "Postwatch does not add an unsubscribe link or List-Unsubscribe headers yet, which Gmail and Yahoo ask of bulk mail: say in the mail how to get no more, and suppress whoever asks.",
    ),
  ];
  if (!postalAddress)
    findings.push(
      finding(
        "postal_address",
        "postalAddress",
        "There is no postal address, which commercial mail must have in many countries: add it, it is put at the end of every mail.",
      ),
    );
  if (FREE_MAIL.has(domain))
    findings.push(
      finding(
        "sender_free_mail",
        "fromEmail",
        `Mail in the name of ${domain} that does not come from its own servers is mostly rejected (DMARC): send from a domain of your own.`,
      ),
    );
  return findings;
}
