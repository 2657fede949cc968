import { leftoversIn } from "./leftovers.js";
import { isOfMjml, type HtmlTag } from "./wording-text.js";

export interface TagFault {
  readonly rule: string;
  readonly severity: "BLOCKING" | "WARNING";
  readonly offset: number;
  readonly message: string;
}

/** Hosts that lead nobody anywhere: reserved names (RFC 2606, 6761) and addresses of one's own machine or network. */
const NOWHERE =
  /^(?:(?:.+\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|0\.0\.0\.0|\[::1\])$/i;

/** What is wrong with a link or an image, or that it is MJML which was not converted. */
export function faultsOfTag(tag: HtmlTag): TagFault[] {
  if (isOfMjml(tag.name)) return [mjmlLeft(tag)];
  return tag.name === "img" ? faultsOfImage(tag) : faultsOfLink(tag);
}

const mjmlLeft = ({ name, offset }: HtmlTag): TagFault => ({
  rule: "mjml_left",
  severity: "BLOCKING",
  offset,
  message: `No mail program knows <${name}>: MJML is converted when <mjml> is the first element and holds the whole mail.`,
});

function faultsOfLink({ attributes, offsets, written }: HtmlTag): TagFault[] {
  const href = attributes.href?.trim();
  const offset = offsets.href;
  if (href === undefined || offset === undefined) return [];
  const fault = (rule: string, severity: TagFault["severity"], message: string): TagFault[] => [
    { rule, severity, offset, message },
  ];
  const nowhere = (why: string) => fault("link_target", "BLOCKING", why);
  // What a lead's value begins is not known here.
  if (/^[^"'{]*["']?\s*\{[{%]/.test(written.href ?? "")) return [];
  if (href === "" || href === "#")
    return nowhere("This link goes nowhere: give it an address, or remove it.");
  if (href.startsWith("#") || leftoversIn(href).length > 0) return [];
  if (/^(?:javascript|vbscript|data|file):/i.test(href))
    return nowhere(
      `No mail program follows a link that begins with ${href.split(":")[0]}: — give it an address that begins with https://.`,
    );
  const [, scheme, host] = /^(https?):\/\/([^/?#\s:]*|\[[^\]]*\])/i.exec(href) ?? [];
  if (scheme === undefined) return faultsOfOther(href, nowhere);
  if (host === "") return nowhere("The address of this link has no host: write it in full.");
  if (NOWHERE.test(host!))
    return fault(
      "link_example",
      "WARNING",
      `This link leads to ${host}, which is no page of yours: is it meant?`,
    );
  if (scheme.toLowerCase() === "http")
    return fault(
      "link_insecure",
      "WARNING",
      "This link begins with http://: use https:// where the page has it.",
    );
  return [];
}

/** mailto: and the like are as good as any; what has no scheme leads nowhere from a mail. */
function faultsOfOther(href: string, nowhere: (why: string) => TagFault[]): TagFault[] {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) && !/^https?:/i.test(href)) return [];
  return nowhere(
    `“${href.slice(0, 80)}” is no full address, and a mail has no page that it could be relative to: begin it with https://.`,
  );
}

function faultsOfImage({ attributes, offset, written }: HtmlTag): TagFault[] {
  const faults: TagFault[] = [];
  const source = attributes.src?.trim() ?? "";
  const isValue = /\{[{%]/.test(written.src ?? "");
  if (!isValue && leftoversIn(source).length === 0 && !/^(?:https?:\/\/|cid:|data:)/i.test(source))
    faults.push({
      rule: "image_source",
      severity: "WARNING",
      offset,
      message: "This image has no full address, so it is not shown: begin it with https://.",
    });
  if (attributes.alt === undefined)
    faults.push({
      rule: "image_alt",
      severity: "WARNING",
      offset,
      message: 'This image has no alternative text: add alt="…", or alt="" when it only decorates.',
    });
  return faults;
}
