import * as v from "valibot";
import { canonicalEmail } from "../email-address.js";
import { shown } from "../errors.js";
import type { ColumnPlan, MappedField } from "./csv-mapping.js";
import type { CsvRow } from "./csv-reader.js";
import { LeadFields } from "./lead-fields.js";

/** A row as it will be written. */
export interface ImportedLead {
  readonly row: number;
  readonly canonical: string;
  readonly fields: LeadFields;
}

/** What is wrong with a row: which column, which rule, the value as it stands in the file. */
export interface RowFault {
  readonly row: number;
  readonly column: string | null;
  readonly rule: string;
  readonly value: string | null;
  readonly message: string;
}

export type ReadRow = { readonly lead: ImportedLead } | { readonly faults: readonly RowFault[] };

/** A row of the file as a lead, or everything that is wrong with it. */
export function readRow({ row, cells }: CsvRow, plan: ColumnPlan): ReadRow {
  if (cells.length > plan.header.length)
    return {
      faults: [
        {
          row,
          column: null,
          rule: "cells",
          value: shown(cells.slice(plan.header.length).join(", ")),
          message: `The row has ${cells.length} cells, the header ${plan.header.length}. Quote cells that have a separator in them.`,
        },
      ],
    };
  const input: Record<string, unknown> = {};
  for (const [field, at] of plan.columns) input[field] = cells[at] ?? "";
  if (plan.custom.size > 0) input.customFields = customFields(cells, plan);
  const parsed = v.safeParse(LeadFields, input);
  if (parsed.success)
    return { lead: { row, canonical: canonicalEmail(parsed.output.email), fields: parsed.output } };
  return { faults: parsed.issues.map((issue) => faultOf(row, issue, plan)) };
}

function customFields(cells: readonly string[], plan: ColumnPlan): Record<string, string> {
  const filled: Record<string, string> = {};
  for (const [name, at] of plan.custom) {
    const value = cells[at]?.trim();
    if (value) filled[name] = value;
  }
  return filled;
}

function faultOf(row: number, issue: v.BaseIssue<unknown>, plan: ColumnPlan): RowFault {
  const [field, name] = issue.path?.map((item) => String(item.key)) ?? [];
  const at = field === "customFields" ? plan.custom.get(name ?? "") : plan.columns.get(field as MappedField);
  const column = at === undefined ? (field ?? null) : plan.header[at] || (name ?? null);
  const rule = field === "email" ? "email" : issue.type;
  return { row, column, rule, value: shown(issue.input), message: issue.message };
}
