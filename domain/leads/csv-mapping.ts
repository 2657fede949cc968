import { CsvRefusal } from "./csv-reader.js";
import { isCustomFieldName } from "./lead-fields.js";

export type MappedField = "email" | "firstName" | "lastName" | "company" | "title" | "timezone";

/** Headers by which a column is known, compared without case, accents, blanks and punctuation. */
const KNOWN_HEADERS: Readonly<Record<MappedField, readonly string[]>> = {
  email: [
    "email",
    "emailaddress",
    "mail",
    "emailadresse",
    "correo",
    "correoelectronico",
    "courriel",
    "adressemail",
  ],
  firstName: ["firstname", "first", "givenname", "forename", "vorname", "prenom", "nombre", "nome"],
  lastName: [
    "lastname",
    "last",
    "surname",
    "familyname",
    "nachname",
    "nom",
    "apellido",
    "apellidos",
    "cognome",
    "apelido",
  ],
  company: [
    "company",
    "companyname",
    "organisation",
    "organization",
    "firma",
    "empresa",
    "societe",
    "entreprise",
    "azienda",
  ],
  title: ["title", "jobtitle", "position", "role", "funktion", "cargo", "puesto", "poste"],
  timezone: ["timezone", "tz", "zeitzone"],
};

/** Where each field stands in a row. What is nobody's column becomes a custom field under its header. */
export interface ColumnPlan {
  readonly columns: ReadonlyMap<MappedField, number>;
  readonly custom: ReadonlyMap<string, number>;
  readonly header: readonly string[];
}

const fold = (header: string): string =>
  header
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/**
 * @param mapping field → header, as the caller gave it; it wins over the guess.
 * @throws CsvRefusal when no column holds the address, a header stands twice, or the mapping names a column that is not there.
 */
export function planColumns(
  header: readonly string[],
  mapping: Readonly<Record<string, string>>,
): ColumnPlan {
  const names = header.map((name) => name.trim());
  const twice = names.find((name, at) => name !== "" && names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new CsvRefusal("HEADER_TWICE", `Two columns are called “${twice}”. Give each its own name.`, {
      row: 1,
      column: twice,
    });
  const columns = new Map<MappedField, number>();
  for (const field of Object.keys(KNOWN_HEADERS) as MappedField[]) {
    const at = mapping[field] === undefined ? guess(field, names) : named(field, mapping[field], names);
    if (at !== -1) columns.set(field, at);
  }
  if (!columns.has("email"))
    throw new CsvRefusal(
      "NO_EMAIL_COLUMN",
      `No column looks like an e-mail address; the file has ${names.map((name) => `“${name}”`).join(", ")}. Name the column “email”, or map it.`,
      { row: 1 },
    );
  const taken = new Set(columns.values());
  const custom = new Map<string, number>();
  names.forEach((name, at) => {
    if (!taken.has(at) && isCustomFieldName(name)) custom.set(customName(name), at);
  });
  return { columns, custom, header: names };
}

function guess(field: MappedField, names: readonly string[]): number {
  return names.findIndex((name) => KNOWN_HEADERS[field].includes(fold(name)));
}

function named(field: string, wanted: string, names: readonly string[]): number {
  const at = names.indexOf(wanted.trim());
  if (at === -1)
    throw new CsvRefusal(
      "MAPPING_UNKNOWN",
      `The mapping says that ${field} is in “${wanted}”, but no column is called so.`,
      {
        row: 1,
        column: wanted,
      },
    );
  return at;
}

/** “Favourite colour” is used in a template as {{ favourite_colour }}. */
function customName(header: string): string {
  return header
    .trim()
    .toLowerCase()
    .replace(/[ .-]+/g, "_");
}
