import { download } from "../lib/download";

/** What an export can be: a table, one JSON object a line, or lines with everything that proves them. */
export const exportFormats = [
  { format: "csv", label: "CSV", hint: "for a spreadsheet" },
  { format: "jsonl", label: "JSON lines", hint: "one entry a line" },
  { format: "bundle", label: "Proof bundle", hint: "verifies without Postwatch" },
] as const;
export type ExportFormat = (typeof exportFormats)[number]["format"];

interface Wanted {
  format: ExportFormat;
  query: string;
  from: string | undefined;
  to: string | undefined;
}

export function exportAddress({ format, query, from, to }: Wanted): string {
  const search = new URLSearchParams({ format });
  for (const [name, value] of Object.entries({ query, from, to })) if (value) search.set(name, value);
  return `/api/audit/export?${search.toString()}`;
}

/** Fetches an export and hands it to the browser as a file. Returns why it could not, and never throws. */
export const downloadExport = (wanted: Wanted): Promise<string | undefined> =>
  download(exportAddress(wanted), `audit.${wanted.format}`);
