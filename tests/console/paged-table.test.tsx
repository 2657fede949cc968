import { fireEvent, screen, waitFor } from "@solidjs/testing-library";
import { createSignal } from "solid-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setEpoch } from "../../console/src/api/link";
import { LeadsQuery } from "../../console/src/leads/leads.gql";
import { paced } from "../../console/src/lib/debounce";
import { PagedTable } from "../../console/src/ui/PagedTable";
import { renderPage } from "./harness";

const lead = (id: string) => ({
  __typename: "Lead",
  id,
  email: `${id}@example.com`,
  firstName: null,
  lastName: null,
  company: null,
  title: null,
  stage: "NEW",
  mailability: "MAILABLE",
  createdAt: "2026-03-01T10:00:00.000Z",
});

// Three pages of two rows; a cursor says where the next page starts.
let order: string[];
let asked: (string | null | undefined)[];
const [refresh, setRefresh] = createSignal(0);
const [inUse, setInUse] = createSignal(false);

function open() {
  const leads = ({ after }: { after?: string | null }) => {
    asked.push(after);
    const start = after ? Number(after) : 0;
    const nodes = order.slice(start, start + 2).map(lead);
    const end = String(start + 2);
    return {
      edges: nodes.map((node) => ({ cursor: node.id, node })),
      pageInfo: {
        hasNextPage: start + 2 < order.length,
        hasPreviousPage: false,
        startCursor: null,
        endCursor: end,
      },
      totalCount: order.length,
    };
  };
  const page = () => (
    <PagedTable
      document={LeadsQuery}
      variables={{}}
      connection={(data) => data.leads}
      noun="lead"
      label="Leads"
      columns={1}
      refresh={refresh()}
      inUse={inUse}
      head={<tr />}
      row={(row) => (
        <tr>
          <td>{row().id}</td>
        </tr>
      )}
      empty={<p>Nothing</p>}
    />
  );
  renderPage(page, "/", "/", { leads });
}

const rows = () => screen.getAllByRole("cell").map((cell) => cell.textContent);
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

async function openThreePages() {
  open();
  await screen.findByText("b");
  press("Load more");
  await screen.findByText("d");
  press("Load more");
  await screen.findByText("f");
  asked.length = 0;
}

beforeEach(() => {
  order = ["a", "b", "c", "d", "e", "f"];
  asked = [];
  setInUse(false);
});
afterEach(() => void vi.useRealTimers());

test.each([
  ["a refresh", () => setRefresh((count) => count + 1)],
  ["a reconnect", () => setEpoch((count) => count + 1)],
])(
  "%s of three open pages costs one request, and says that the others may have changed",
  async (_what, happen) => {
    await openThreePages();
    order = ["e", "a", "b", "c", "d", "f"];
    happen();
    await waitFor(() => expect(rows().slice(0, 2)).toEqual(["e", "a"]));
    expect(asked).toEqual([null]);
    expect(screen.getByText("Some rows have changed since.")).toBeVisible();
    // What has moved to the first page stands there alone.
    expect(rows()).toEqual(["e", "a", "c", "d", "f"]);
    press("Refresh");
    await waitFor(() => expect(rows()).toEqual(["e", "a", "b", "c", "d", "f"]));
    expect(screen.queryByText("Some rows have changed since.")).toBeNull();
  },
);

test("rows that somebody is at stay where they are until they ask", async () => {
  await openThreePages();
  setInUse(true);
  order = ["e", "a", "b", "c", "d", "f"];
  setRefresh((count) => count + 1);
  expect(await screen.findByText("Some rows have changed since.")).toBeVisible();
  expect(asked).toEqual([]);
  expect(rows()).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test("an empty list asks again by itself, and shows the first row", async () => {
  order = [];
  open();
  await screen.findByText("Nothing");
  setInUse(true);
  order = ["a"];
  setRefresh((count) => count + 1);
  expect(await screen.findByText("a")).toBeVisible();
});

test("a live refresh comes soon, then at most once in 5 s, and never while nobody looks", async () => {
  vi.useFakeTimers();
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(false);
  const { createRoot } = await import("solid-js");
  const run = vi.fn();
  const { ask, dispose } = createRoot((end) => ({ ask: paced(run, 5_000), dispose: end }));
  const events = async (ms: number) => {
    for (let past = 0; past < ms; past += 100) {
      ask();
      await vi.advanceTimersByTimeAsync(100);
    }
  };
  await events(500);
  expect(run).toHaveBeenCalledTimes(1);
  await events(20_000);
  expect(run).toHaveBeenCalledTimes(5);
  hidden.mockReturnValue(true);
  await events(20_000);
  expect(run).toHaveBeenCalledTimes(5);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(run).toHaveBeenCalledTimes(6);
  dispose();
  hidden.mockRestore();
});

test("rows that are asked for anew by themselves are not dimmed meanwhile", async () => {
  open();
  await screen.findByText("b");
  const body = screen.getByRole("table").querySelector("tbody")!;
  expect(body).toHaveAttribute("aria-busy", "false");
  const seen = new Set<string | null>();
  const observer = new MutationObserver(() => seen.add(body.getAttribute("aria-busy")));
  observer.observe(body, { attributes: true, attributeFilter: ["aria-busy"] });
  order = ["e", "a", "b", "c", "d", "f"];
  setRefresh((count) => count + 1);
  await screen.findByText("e");
  observer.disconnect();
  expect(seen).not.toContain("true");
});
