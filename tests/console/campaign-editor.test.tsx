import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { NewCampaignPage } from "../../console/src/campaigns/CampaignEditorPage";
import { errorsByField } from "../../console/src/campaigns/editor/editor.model";
import { renderPage, type Answers } from "./harness";

const list = { __typename: "LeadList", id: "list1", name: "Customers", leadCount: 5, mailableCount: 4 };
const noPage = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
const connection = (...nodes: object[]) => ({
  edges: nodes.map((node, index) => ({ cursor: String(index), node })),
  pageInfo: noPage,
  totalCount: nodes.length,
});

const answers = (more: Answers): Answers => ({
  leadLists: () => connection(list),
  leads: () => connection(),
  previewTemplate: ({ subject, html }: { subject: string; html: string }) => ({
    subject,
    html,
    text: "",
    variables: [],
    missing: [],
    problems: [],
  }),
  ...more,
});

const refusal = {
  __typename: "InvalidInput",
  code: "INVALID_INPUT",
  message: "Three fields need your attention.",
  path: null,
  issues: [
    { path: ["input", "fromEmail"], rule: "email", message: "“ada” is not an e-mail address.", value: "ada" },
    { path: ["input", "steps", "0", "subject"], rule: "length", message: "The subject is empty.", value: "" },
    {
      path: ["input", "audience", "listIds", "0"],
      rule: "exists",
      message: "There is no such list.",
      value: "x",
    },
  ],
};

test("a refused save puts every error at its field and focuses the first", async () => {
  const createCampaign = vi.fn((_args: unknown) => refusal);
  renderPage(NewCampaignPage, "/campaigns/new", "/campaigns/new", answers({ createCampaign }));
  const address = await screen.findByLabelText("Sender address");
  await userEvent.type(address, "ada");
  await userEvent.click(await screen.findByLabelText(/Customers/));
  await userEvent.click(screen.getByRole("button", { name: "Save draft" }));

  await waitFor(() => expect(address).toHaveAccessibleDescription("“ada” is not an e-mail address."));
  expect(address).toBeInvalid();
  expect(address).toHaveFocus();
  expect(screen.getByLabelText("Subject")).toHaveAccessibleDescription("The subject is empty.");
  expect(screen.getByRole("alert")).toHaveTextContent("3 fields need your attention, marked below.");
  const audience = screen.getByRole("region", { name: "Audience" });
  expect(within(audience).getByText("There is no such list.")).toBeVisible();
  expect(createCampaign).toHaveBeenCalledTimes(1);
  expect(createCampaign.mock.calls[0]?.[0]).toMatchObject({
    input: { fromEmail: "ada", audience: { listIds: ["list1"], leadIds: [] }, replyTo: null },
  });
});

test("typing in a field takes its error away and leaves the others", async () => {
  renderPage(NewCampaignPage, "/campaigns/new", "/campaigns/new", answers({ createCampaign: () => refusal }));
  await userEvent.click(await screen.findByRole("button", { name: "Save draft" }));
  const address = await screen.findByLabelText("Sender address");
  await waitFor(() => expect(address).toBeInvalid());
  await userEvent.type(address, "ada@example.com");
  expect(address).not.toBeInvalid();
  expect(screen.getByLabelText("Subject")).toBeInvalid();
});

test("a variable goes to where the cursor was", async () => {
  renderPage(NewCampaignPage, "/campaigns/new", "/campaigns/new", answers({}));
  const subject = await screen.findByLabelText<HTMLInputElement>("Subject");
  await userEvent.type(subject, "Hello ");
  await userEvent.click(screen.getByRole("button", { name: "First name" }));
  expect(subject).toHaveValue("Hello {{ first_name }}");
});

test("the preview shows the mail in a frame without scripts, and problems beneath", async () => {
  const previewTemplate = () => ({
    subject: "Hello Ada",
    html: "<p>Hi Ada</p>",
    text: "Hi Ada",
    variables: ["first_name", "title"],
    missing: ["title"],
    problems: [{ path: ["html"], rule: "liquid", message: "Line 2: tag not closed.", value: null }],
  });
  renderPage(NewCampaignPage, "/campaigns/new", "/campaigns/new", answers({ previewTemplate }));
  const frame = await screen.findByTitle("Preview of the HTML part");
  expect(frame).toHaveAttribute("sandbox", "");
  expect(frame.getAttribute("srcdoc")).toContain("<p>Hi Ada</p>");
  const problems = screen.getByRole("list", { name: "Problems in the template" });
  expect(problems).toHaveTextContent("Line 2: tag not closed.");
  expect(problems).toHaveTextContent("This person has no title.");
});

test("leaving with typed text asks first, and staying keeps it", async () => {
  const { visited } = renderPage(NewCampaignPage, "/campaigns/new", "/campaigns/new", answers({}));
  const name = await screen.findByLabelText("Campaign name");
  await userEvent.type(name, "Spring");
  await userEvent.click(screen.getByRole("link", { name: "Campaigns" }));
  const dialog = await screen.findByRole("dialog", { name: "Leave without saving?" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Stay here" }));
  expect(visited()).toBe("/campaigns/new");
  expect(name).toHaveValue("Spring");
});

test("what belongs to no field is kept as a sentence", () => {
  const issues = [
    { path: "schedule", message: "The window is closed." },
    { path: "steps.1", message: "The second step has no delay." },
  ];
  expect(errorsByField({ code: "X", message: "", issues })).toEqual({
    fields: { "steps.1.html": "The second step has no delay." },
    rest: ["The window is closed."],
  });
});
