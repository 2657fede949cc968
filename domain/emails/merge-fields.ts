import { SAMPLE_URL } from "./unsubscribe-link.js";

/** What a template may know of a lead. */
export interface MergeLead {
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly company: string | null;
  readonly title: string | null;
  readonly timezone: string | null;
  readonly customFields: Readonly<Record<string, unknown>>;
  /** The way out of this mail; left out where nobody gets it. */
  readonly unsubscribeUrl?: string;
}

/** A lead as the ledger's statements answer it. */
export interface LeadColumns {
  readonly email: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly company: string | null;
  readonly title: string | null;
  readonly timezone: string | null;
  readonly custom_fields: Readonly<Record<string, unknown>>;
}

export const mergeLeadOf = (row: LeadColumns, unsubscribeUrl: string): MergeLead => ({
  email: row.email,
  firstName: row.first_name,
  lastName: row.last_name,
  company: row.company,
  title: row.title,
  timezone: row.timezone,
  customFields: row.custom_fields,
  unsubscribeUrl,
});

/** What every mail has, whoever gets it. */
export const MAIL_FIELDS = ["unsubscribe_url"] as const;

/** Names that every lead has, filled or not. */
export const STANDARD_FIELDS = ["email", "first_name", "last_name", "company", "title", "timezone"] as const;

/**
 * The scope of a lead: the standard fields, `custom.<name>`, and custom fields under their own name where that is
 * free. What is empty is left out, so that it counts as missing. Values are printed, never read as Liquid.
 */
export function mergeScope(lead: MergeLead): object {
  const custom = filled(Object.entries(lead.customFields));
  const standard = filled([
    ["email", lead.email],
    ["first_name", lead.firstName],
    ["last_name", lead.lastName],
    ["company", lead.company],
    ["title", lead.title],
    ["timezone", lead.timezone],
    ["unsubscribe_url", lead.unsubscribeUrl ?? SAMPLE_URL],
  ]);
  const scope = Object.create(null) as Record<string, unknown>;
  const reserved = new Set<string>([...STANDARD_FIELDS, ...MAIL_FIELDS, "custom"]);
  for (const [name, value] of Object.entries(custom)) if (!reserved.has(name)) scope[name] = value;
  return Object.assign(scope, standard, { custom });
}

function filled(entries: readonly (readonly [string, unknown])[]): object {
  // Without a prototype: a field called __proto__ or constructor is a field like others.
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of entries) {
    const isMissing =
      value === null || value === undefined || (typeof value === "string" && value.trim() === "");
    if (!isMissing) fields[name] = value;
  }
  return fields;
}
