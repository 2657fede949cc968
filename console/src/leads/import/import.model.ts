import type { Introspected } from "../../api/graphql";
import type { Tone } from "../../ui/Tag";

/** Fields of a lead that a column can fill; any other column becomes a custom field under its header. */
export const fields = [
  {
    value: "email",
    label: "E-mail",
    known: ["email", "emailaddress", "mail", "emailadresse", "correo", "courriel"],
  },
  {
    value: "firstName",
    label: "First name",
    known: ["firstname", "first", "givenname", "forename", "vorname", "prenom", "nombre"],
  },
  {
    value: "lastName",
    label: "Last name",
    known: ["lastname", "last", "surname", "familyname", "nachname", "nom", "apellido"],
  },
  {
    value: "company",
    label: "Company",
    known: ["company", "companyname", "organisation", "organization", "firma", "empresa"],
  },
  { value: "title", label: "Title", known: ["title", "jobtitle", "position", "role", "funktion", "cargo"] },
  { value: "timezone", label: "Time zone", known: ["timezone", "tz", "zeitzone"] },
] as const;

export type FieldName = (typeof fields)[number]["value"];
/** For each column of the file the field it fills, or "" for a custom field. */
export type ColumnFields = (FieldName | "")[];

const fold = (header: string) =>
  header
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/** What the headers look like; each field is given once, to its first column. */
export function guessFields(header: readonly string[]): ColumnFields {
  const given = new Set<FieldName>();
  return header.map((name) => {
    const field = fields.find(
      ({ value, known }) => !given.has(value) && (known as readonly string[]).includes(fold(name)),
    );
    if (field) given.add(field.value);
    return field?.value ?? "";
  });
}

/** Gives a column a field; the column that had it before becomes a custom field. */
export const assign = (columns: ColumnFields, at: number, field: FieldName | ""): ColumnFields =>
  columns.map((current, index) => (index === at ? field : field && current === field ? "" : current));

/** The mapping to send: undefined while it is what the server guesses by itself. */
export function mappingOf(
  header: readonly string[],
  columns: ColumnFields,
): Record<string, string> | undefined {
  const guessed = guessFields(header);
  if (columns.every((field, index) => field === guessed[index])) return undefined;
  return Object.fromEntries(columns.flatMap((field, index) => (field ? [[field, header[index] ?? ""]] : [])));
}

export type ImportStatus = Introspected<"ImportStatus">;

export const importTones: Record<ImportStatus, Tone> = {
  PENDING: "plain",
  RUNNING: "accent",
  COMPLETED: "ok",
  FAILED: "bad",
  CANCELLED: "plain",
  UNDONE: "warn",
};

export const isOver = (status: ImportStatus) => status !== "PENDING" && status !== "RUNNING";

const extension = /\.[a-z0-9]{1,5}$/i;

/** "fair-2026.csv" suggests the list "fair-2026". */
export const listNameOf = (fileName: string) => fileName.replace(extension, "").replaceAll("_", " ").trim();

/** Which column filled which field, for reading. */
export const mappingLines = (mapping: Record<string, unknown>) =>
  fields.flatMap(({ value, label }) =>
    typeof mapping[value] === "string" ? [{ field: label, column: mapping[value] }] : [],
  );
