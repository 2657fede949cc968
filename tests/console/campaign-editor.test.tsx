import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { EditCampaignPage, NewCampaignPage } from "../../console/src/campaigns/CampaignEditorPage";
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
  senders: () => connection(),
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

test("the preview says whom the mail of this person is from: the campaign, or the sender that it falls to", async () => {
  const sender = (id: string, name: string) => ({
    __typename: "Sender",
    id,
    name,
    address: `${id}@example.com`,
    state: "ACTIVE",
  });
  const [one, two] = [sender("one", "Ona"), sender("two", "Tova")];
  const lead = {
    __typename: "Lead",
    id: "l1",
    email: "ana@example.org",
    firstName: "Ana",
    lastName: null,
    company: null,
    mailability: "MAILABLE",
  };
  let people: object[] = [lead];
  const previewTemplate = ({ senderIds, leadId }: { senderIds: string[]; leadId: string | null }) => ({
    subject: "Hi",
    html: "<p>Hi</p>",
    text: "Hi",
    variables: [],
    missing: [],
    problems: [],
    sender: leadId && senderIds.length > 0 ? (senderIds.length > 1 ? two : one) : null,
  });
  const more = { previewTemplate, senders: () => connection(one, two), leads: () => connection(...people) };
  const page = renderPage(NewCampaignPage, "/campaigns/new", "/campaigns/new", answers(more));
  await userEvent.type(await screen.findByLabelText("Sender name"), "Ada");
  await userEvent.type(screen.getByLabelText("Sender address"), "ada@example.com");
  const preview = within(screen.getByRole("region", { name: "Preview" }));
  await preview.findByText("Ada · ada@example.com");
  await userEvent.click(screen.getByLabelText(/Ona/));
  await preview.findByText("Ona · one@example.com");
  await userEvent.click(screen.getByLabelText(/Tova/));
  await preview.findByText(/^Tova · two@example.com/);
  expect(preview.getByText("· this person’s of 2 senders")).toBeVisible();
  page.unmount();
  people = [];
  renderPage(NewCampaignPage, "/campaigns/new", "/campaigns/new", answers(more));
  await userEvent.click(await screen.findByLabelText(/Ona/));
  await userEvent.click(screen.getByLabelText(/Tova/));
  await screen.findByText("From one of 2 senders");
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

test("the pre-flight leads to the line, and a test goes to whom it is sent", async () => {
  const campaign = {
    __typename: "Campaign",
    id: "c1",
    name: "Spring",
    status: "DRAFT",
    version: 1,
    fromName: "Ada",
    fromEmail: "ada@acme.de",
    replyTo: null,
    postalAddress: null,
    senders: [],
    stopRules: { onCompanyReply: false, onGoal: true },
    updatedAt: "2026-01-01T00:00:00Z",
    scheduledAt: null,
    launchedAt: null,
    pausedAt: null,
    completedAt: null,
    inFlight: 0,
    availableActions: ["UPDATE"],
    fourEyes: null,
    steps: [
      {
        __typename: "CampaignStep",
        id: "s1",
        position: 1,
        delayMinutes: 0,
        delayBusinessDays: 0,
        variants: [],
        subject: "Hi",
        html: "<p>Hi</p>\n<p>[link]</p>",
        text: null,
      },
    ],
    audience: { __typename: "CampaignAudience", lists: [], leadIds: ["l1"] },
    accounting: {
      campaignId: "c1",
      audience: 1,
      planning: false,
      inFlight: 0,
      at: "2026-01-01T00:00:00Z",
      buckets: [],
    },
  };
  const finding = (severity: string, message: string, more: object = {}) => ({
    rule: "x",
    severity,
    line: null,
    message,
    excerpt: null,
    path: ["postalAddress"],
    ...more,
  });
  const sendTestEmail = vi.fn((_args: unknown) => ({
    __typename: "SendTestEmailSuccess",
    to: "qa@acme.de",
    campaign,
  }));
  const blocks = { line: 2, excerpt: "<p>[link]</p>", path: ["steps", "0", "html"] };
  const campaignPreflight = () => ({
    isReady: false,
    findings: [
      finding("BLOCKING", "Step 1, HTML, line 2: fill it in.", blocks),
      finding("WARNING", "No address."),
    ],
  });
  const lead = {
    __typename: "Lead",
    id: "l1",
    email: "ana@x.de",
    firstName: "Ana",
    lastName: "Fox",
    company: null,
    mailability: "MAILABLE",
  };
  renderPage(
    EditCampaignPage,
    "/campaigns/:id/edit",
    "/campaigns/c1/edit",
    answers({
      campaign: () => campaign,
      leads: () => connection(lead),
      lead: () => lead,
      campaignPreflight,
      sendTestEmail,
    }),
  );
  const found = await screen.findByRole("list", { name: "Pre-flight" });
  const lines = within(found).getAllByRole("button");
  expect(lines.map((each) => each.textContent)).toEqual([
    "Blocks the launch: Step 1, HTML, line 2: fill it in.<p>[link]</p>",
    "No address.",
  ]);
  await userEvent.click(lines[0]!);
  const body = screen.getByLabelText<HTMLTextAreaElement>("HTML body");
  await waitFor(() => expect(body).toHaveFocus());
  expect(body.value.slice(body.selectionStart, body.selectionEnd)).toBe("<p>[link]</p>");

  await userEvent.click(screen.getByRole("button", { name: "Send test…" }));
  const dialog = await screen.findByRole("dialog", { name: "Send a test of step 1" });
  const to = within(dialog).getByLabelText("Send to");
  expect(to).toHaveValue("ada@example.com");
  await userEvent.clear(to);
  await userEvent.type(to, "qa@acme.de");
  await userEvent.click(within(dialog).getByRole("button", { name: "Send test" }));
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  expect(sendTestEmail.mock.calls[0]?.[0]).toEqual({
    campaignId: "c1",
    leadId: "l1",
    to: "qa@acme.de",
    step: 1,
  });
  expect(body).not.toHaveAccessibleDescription();
  fireEvent.input(body, { target: { value: "<!-- spring -->\n<mjml><mj-body></mj-body></mjml>" } });
  expect(screen.getByLabelText("MJML body")).toHaveAccessibleDescription(/^Written in MJML/);
});

test("a window is said in one sentence, sent as it is typed, and refused at its field", async () => {
  const issue = { path: ["input", "schedule", "perDay"], rule: "max", message: "Too many a day.", value: 5 };
  const createCampaign = vi.fn((_args: unknown) => ({ ...refusal, issues: [issue] }));
  renderPage(NewCampaignPage, "/campaigns/new", "/campaigns/new", answers({ createCampaign }));
  const card = within(await screen.findByRole("region", { name: "When it is sent" }));
  expect(card.getByRole("status")).toHaveTextContent("As soon as it is launched, at any time of day.");
  await userEvent.click(card.getByRole("button", { name: "In a window" }));
  expect(card.getByRole("status")).toHaveTextContent("Monday to Friday, 09:00–17:00 in each lead’s time.");
  const zone = card.getByRole("combobox", { name: "Time zone" });
  await userEvent.click(zone);
  await userEvent.keyboard("new y{Enter}");
  expect(zone).toHaveValue("America/New_York");
  await userEvent.click(card.getByRole("switch", { name: "Each lead’s own time" }));
  await userEvent.click(card.getByRole("button", { name: "Monday" }));
  fireEvent.input(card.getByLabelText("Until"), { target: { value: "00:00" } });
  fireEvent.input(card.getByLabelText(/^Holidays/), { target: { value: "2027-01-01" } });
  await userEvent.click(card.getByRole("button", { name: "Add day" }));
  const aDay = card.getByLabelText(/^At most a day/);
  await userEvent.type(aDay, "8a0");
  await userEvent.type(card.getByLabelText(/^Seconds between/), "90");
  expect(card.getByRole("status")).toHaveTextContent(
    "Tuesday to Friday, 09:00–24:00 in the time of America/New_York, at most 80 a day, 1 min 30 s apart, not on 1 holiday.",
  );
  await userEvent.click(screen.getByRole("button", { name: "Follow-up" }));
  await userEvent.selectOptions(screen.getByLabelText("Unit of the wait"), "business days");
  await userEvent.click(screen.getByRole("button", { name: "Save draft" }));
  await waitFor(() => expect(aDay).toHaveAccessibleDescription("Too many a day."));
  expect(createCampaign.mock.calls[0]?.[0]).toMatchObject({
    input: {
      schedule: {
        timezone: "America/New_York",
        inLeadZone: false,
        weekdays: [2, 3, 4, 5],
        from: "09:00",
        until: "24:00",
        holidays: ["2027-01-01"],
        perHour: null,
        perDay: 80,
        gapSeconds: 90,
        jitterMinutes: 0,
        endsAt: null,
      },
      steps: [{ delayMinutes: 0 }, { delayMinutes: 0, delayBusinessDays: 3 }],
    },
  });
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

test("senders are chosen beside the campaign's own name, and saved with it", async () => {
  const sender = (id: string, state = "ACTIVE") => ({
    __typename: "Sender",
    id,
    name: `Desk ${id}`,
    address: `${id}@example.com`,
    state,
  });
  const createCampaign = vi.fn((_args: { input: { senderIds: string[] } }) => refusal);
  const senders = () => connection(sender("north"), sender("south", "PAUSED"));
  renderPage(NewCampaignPage, "/campaigns/new", "/campaigns/new", answers({ createCampaign, senders }));
  const choice = within(await screen.findByRole("group", { name: /Senders/ }));
  expect(choice.getByText("With none, all mail has the sender name and address above.")).toBeVisible();
  expect(choice.getByText("Paused")).toBeVisible();
  await userEvent.click(choice.getByRole("checkbox", { name: /Desk north/ }));
  await userEvent.click(choice.getByRole("checkbox", { name: /Desk south/ }));
  await userEvent.click(choice.getByRole("checkbox", { name: /Desk north/ }));
  expect(choice.getByText(/all mails of a lead are from the same one/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Save draft" }));
  await waitFor(() => expect(createCampaign.mock.calls[0]?.[0].input.senderIds).toEqual(["south"]));
});
