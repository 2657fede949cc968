import { CsvRefusal } from "./csv-reader.js";

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

/** Longest name of a custom field, in characters. */
const LONGEST_NAME = 64;

/** Names that mean something else where a template reads a lead; “proto” is what is left of “__proto__”. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  "proto",
  "constructor",
  "prototype",
  "custom",
  "email",
  "first_name",
  "last_name",
  "company",
  "title",
  "timezone",
]);

/** Where each field stands in a row. Every other column becomes a custom field, named after its header. */
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
 * @throws CsvRefusal when no column holds the address, two columns come to the same name, or the mapping names a column that is not there.
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
  return { columns, custom: planCustom(names, new Set(columns.values())), header: names };
}

/** No column is left out: one that has no name goes by its number. */
function planCustom(names: readonly string[], taken: ReadonlySet<number>): Map<string, number> {
  const custom = new Map<string, number>();
  names.forEach((header, at) => {
    if (taken.has(at)) return;
    const name = customName(header) || `column_${at + 1}`;
    const earlier = custom.get(name);
    if (earlier !== undefined) throw sameName(name, names[earlier]!, header);
    custom.set(name, at);
  });
  return custom;
}

function sameName(name: string, earlier: string, later: string): CsvRefusal {
  return new CsvRefusal(
    "HEADER_TWICE",
    `The columns “${earlier}” and “${later}” would both become the field “${name}”. Give each its own name.`,
    { row: 1, column: later },
  );
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

/** “Favourite colour (2)” is used in a template as {{ favourite_colour_2 }}; empty when nothing is left of the header. */
function customName(header: string): string {
  const words = header
    .toLowerCase()
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}_]+/gu, "_")
    .replace(/^_+/, "");
  const name = [...words].slice(0, LONGEST_NAME).join("").replace(/_+$/, "");
  return RESERVED_NAMES.has(name) ? `field_${name}` : name;
}
