import { expect, test } from "vitest";
import { planColumns, readCsv, CsvRefusal, type CsvRow } from "../../domain/leads/index.js";

async function* pieces(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < content.length; from += size) yield content.subarray(from, from + size);
}

async function rows(text: string | Buffer, size = 7): Promise<CsvRow[]> {
  const all: CsvRow[] = [];
  for await (const row of readCsv(pieces(Buffer.from(text as string), size))) all.push(row);
  return all;
}

async function refusal(text: string | Buffer): Promise<CsvRefusal["failure"]> {
  for (const size of [3, 100_000]) {
    const error: unknown = await rows(text, size).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CsvRefusal);
    if (size > 3) return (error as CsvRefusal).failure;
  }
  throw new Error("unreachable");
}

test("quoted commas, doubled quotes, line breaks in cells, accents and a byte order mark are read as written", async () => {
  const text =
    '\uFEFFemail,name\r\nzoe@example.com,"Zoë, ""the"" Ångström\nof Ærø"\r\n\r\nb@example.com,Bo\r\n';
  expect((await rows(text)).map((row) => row.cells)).toEqual([
    ["email", "name"],
    ["zoe@example.com", 'Zoë, "the" Ångström\nof Ærø'],
    ["b@example.com", "Bo"],
  ]);
});

test.each([";", "\t", "|", ","])("the separator %j is found by the header", async (separator) => {
  const text = ["email", "first"].join(separator) + "\n" + ["a@example.com", "A"].join(separator);
  expect((await rows(text))[1]!.cells).toEqual(["a@example.com", "A"]);
});

test.each([
  ['"a;b;c;d",email\nx,a@example.com\n', ["a;b;c;d", "email"]],
  ['"a,b,c\n,d";email\nx;a@example.com\n', ["a,b,c\n,d", "email"]],
  ['\n\n"say ""a;b;c""",email\nx,a@example.com\n', ['say "a;b;c"', "email"]],
])("separators in quotes do not count: %j", async (text, header) => {
  for (const size of [3, 100_000])
    expect((await rows(text, size)).map((row) => row.cells)).toEqual([header, ["x", "a@example.com"]]);
});

test("a row's number is the line of the file on which it ends; the header is line 1", async () => {
  const text = 'email,name\na@example.com,A\n\nb@example.com,"B\nof\nC"\nd@example.com,D\n';
  expect((await rows(text)).map((row) => [row.row, row.cells[0]])).toEqual([
    [1, "email"],
    [2, "a@example.com"],
    [6, "b@example.com"],
    [7, "d@example.com"],
  ]);
});

test("a quote that is never closed is refused, with the row it was opened near", async () => {
  expect(await refusal('email,name\na@example.com,"open\nb@example.com,B\n')).toMatchObject({
    code: "QUOTE_BROKEN",
  });
});

test("a quote in the middle of a cell is refused with its row", async () => {
  expect(await refusal('email,name\na@example.com,A\nb@example.com,B "the" Bo\n')).toMatchObject({
    code: "QUOTE_BROKEN",
    row: 3,
  });
});

test("Latin-1 is refused with its row and what to do", async () => {
  const latin1 = Buffer.from("email,name\na@example.com,A\nb@example.com,José\nc@example.com,C\n", "latin1");
  const failure = await refusal(latin1);
  expect(failure).toMatchObject({ code: "ENCODING", row: 3 });
  expect(failure.message).toContain("UTF-8");
});

test("UTF-16, NUL bytes and an empty file are refused", async () => {
  expect(await refusal(Buffer.from("\uFEFFemail\na@example.com", "utf16le"))).toMatchObject({
    code: "ENCODING",
  });
  expect(await refusal("email\na\0b@example.com\n")).toMatchObject({ code: "BINARY" });
  const error = await rows("").catch((thrown: unknown) => thrown);
  expect((error as CsvRefusal).failure).toMatchObject({ code: "FILE_EMPTY" });
});

test("a row of more than 128 kB is refused instead of filling the memory", async () => {
  expect(await refusal(`email\n"${"x".repeat(300_000)}`)).toMatchObject({ code: "ROW_TOO_LONG" });
});

test("headers are known in several languages and spellings; others become custom fields", () => {
  const plan = planColumns(["E-Mail-Adresse", "Vorname", "Last Name", "Favourite colour", ""], {});
  expect([...plan.columns]).toEqual([
    ["email", 0],
    ["firstName", 1],
    ["lastName", 2],
  ]);
  expect([...plan.custom]).toEqual([
    ["favourite_colour", 3],
    ["column_5", 4],
  ]);
});

test("a mapping wins over the guess, and a column that is not there is named", () => {
  expect(planColumns(["email", "work mail"], { email: "work mail" }).columns.get("email")).toBe(1);
  expect(() => planColumns(["email"], { company: "Firm" })).toThrow(
    "The mapping says that company is in “Firm”",
  );
});

test("without a column of addresses the file is refused, naming its columns", () => {
  expect(() => planColumns(["name", "phone"], {})).toThrow("“name”, “phone”");
});

const customNames = (...headers: string[]) => [...planColumns(["email", ...headers], {}).custom.keys()];

test("every header that is not a field of a lead becomes the name of a custom field; no column is left out", () => {
  expect(customNames("Größe (cm)", " Net-worth / €", "__score_", "ARR  2025?", "Gro\u0308\u00dfe")).toEqual([
    "größe_cm",
    "net_worth",
    "score",
    "arr_2025",
    "größe",
  ]);
  expect(customNames("", "???")).toEqual(["column_2", "column_3"]);
  expect(customNames("x".repeat(63) + " y", "ß".repeat(70))).toEqual(["x".repeat(63), "ß".repeat(64)]);
});

test("a name that means something else in a template is prefixed", () => {
  expect(customNames("__proto__", "Constructor", "prototype", "custom")).toEqual([
    "field_proto",
    "field_constructor",
    "field_prototype",
    "field_custom",
  ]);
  // The first of two columns that could be the first name is it.
  const plan = planColumns(["Vorname", "First Name", "E-Mail", "email"], {});
  expect(plan.columns.get("firstName")).toBe(0);
  expect([...plan.custom]).toEqual([
    ["field_first_name", 1],
    ["field_email", 3],
  ]);
});

test("two columns that come to the same name are refused, naming both", () => {
  expect(() => planColumns(["email", "name", "name"], {})).toThrow("Two columns are called “name”");
  const refused = (...headers: string[]) => {
    try {
      return customNames(...headers);
    } catch (error) {
      return (error as CsvRefusal).failure;
    }
  };
  expect(refused("Notes", "notes")).toEqual({
    code: "HEADER_TWICE",
    message: "The columns “Notes” and “notes” would both become the field “notes”. Give each its own name.",
    row: 1,
    column: "notes",
  });
  expect(refused("Net worth", "net-worth")).toMatchObject({ code: "HEADER_TWICE", column: "net-worth" });
});
