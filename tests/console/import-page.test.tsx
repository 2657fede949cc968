import { screen, waitFor } from "@solidjs/testing-library";
import { expect, test } from "vitest";
import { ImportPage } from "../../console/src/leads/ImportPage";
import { assign, guessFields, mappingOf } from "../../console/src/leads/import/import.model";
import { sampleCsv } from "../../console/src/lib/csv";
import { renderPage, stream } from "./harness";

const noErrors = {
  edges: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: 0,
};

const running = {
  __typename: "Import",
  id: "i1",
  status: "RUNNING",
  fileName: "people.csv",
  dryRun: false,
  total: 200,
  processed: 50,
  imported: 48,
  updated: 2,
  skipped: 0,
  rejected: 0,
  createdAt: "2026-03-01T10:00:00.000Z",
  finishedAt: null,
  mapping: { email: "E-Mail" },
  list: { __typename: "LeadList", id: "l1", name: "Spring fair" },
  failure: null,
  errors: noErrors,
};

const idle = async function* () {
  await new Promise(() => {});
  yield undefined;
};

test("a refused file says why, with row and column, and shows no progress", async () => {
  const failed = {
    ...running,
    status: "FAILED",
    total: 0,
    processed: 0,
    imported: 0,
    updated: 0,
    failure: { code: "UNCLOSED_QUOTE", message: "A quote is never closed.", row: 3, column: "Name" },
  };
  renderPage(ImportPage, "/leads/import/:id", "/leads/import/i1", {
    import: () => failed,
    importProgress: idle,
  });
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The file was refused. A quote is never closed. Row 3. Column “Name”.");
  expect(screen.queryByRole("progressbar")).toBeNull();
});

test("progress moves with the subscription, without a reload", async () => {
  const { push, events } = stream<object>();
  renderPage(ImportPage, "/leads/import/:id", "/leads/import/i1", {
    import: () => running,
    importProgress: events,
  });
  const bar = await screen.findByRole("progressbar", { name: "Rows read" });
  expect(bar).toHaveAttribute("aria-valuenow", "50");
  push({
    importProgress: { cursor: "1", import: { ...running, processed: 180, imported: 177, updated: 3 } },
  });
  await waitFor(() => expect(bar).toHaveAttribute("aria-valuenow", "180"));
  expect(screen.getByText("177")).toBeVisible();
});

test("rejected rows are listed with row, column, value and rule", async () => {
  const error = {
    row: 14,
    column: "E-Mail",
    rule: "email",
    value: "ada@",
    message: "Not an e-mail address.",
  };
  const done = {
    ...running,
    status: "COMPLETED",
    processed: 200,
    imported: 199,
    updated: 0,
    rejected: 1,
    errors: { ...noErrors, edges: [{ cursor: "1", node: error }], totalCount: 1 },
  };
  renderPage(ImportPage, "/leads/import/:id", "/leads/import/i1", {
    import: () => done,
    importProgress: idle,
  });
  const row = await screen.findByRole("row", { name: /Not an e-mail address/ });
  expect(row).toHaveTextContent("14E-Mailada@emailNot an e-mail address.");
});

test("the sample reads quotes, semicolons and a byte order mark", () => {
  const text = '\uFEFFE-Mail;Vorname;Notiz\r\nada@x.example;Ada;"a; ""b""\nc"\r\n\r\nken@x.example;Ken;';
  expect(sampleCsv(text)).toEqual({
    delimiter: ";",
    header: ["E-Mail", "Vorname", "Notiz"],
    rows: [
      ["ada@x.example", "Ada", 'a; "b"\nc'],
      ["ken@x.example", "Ken", ""],
    ],
  });
  expect(sampleCsv("  \n")).toBeUndefined();
});

test("a mapping is sent only when it differs from the guess, and a field has one column", () => {
  const header = ["Mail", "Vorname", "Kontakt"];
  const guessed = guessFields(header);
  expect(guessed).toEqual(["email", "firstName", ""]);
  expect(mappingOf(header, guessed)).toBeUndefined();
  const corrected = assign(guessed, 2, "email");
  expect(corrected).toEqual(["", "firstName", "email"]);
  expect(mappingOf(header, corrected)).toEqual({ email: "Kontakt", firstName: "Vorname" });
});
