import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { SendersPage } from "../../console/src/senders/SendersPage";
import { Toaster } from "../../console/src/ui/toast";
import { meWith } from "./health-answers";
import { renderPage, type Answers } from "./harness";
import { connectionOf, union } from "./team-answers";

const manager = meWith("CAMPAIGN_READ", "SYSTEM_SETTINGS_MANAGE");
const senderOf = (id: string, more: Record<string, unknown> = {}) => ({
  __typename: "Sender",
  id,
  name: "Northern desk",
  address: "north@example.com",
  replyTo: null,
  postalAddress: null,
  perHour: null,
  perDay: 80,
  gapSeconds: 0,
  state: "ACTIVE",
  usedThisHour: 3,
  usedToday: 12,
  version: 3,
  createdAt: "2026-03-01T10:00:00.000Z",
  ...more,
});
const limits = {
  __typename: "SendingLimits",
  perHour: null,
  perDay: 1000,
  domainPerHour: null,
  domainPerDay: null,
  domains: [{ __typename: "DomainLimit", domain: "gmail.com", perHour: 20, perDay: null }],
  slowed: [
    { __typename: "SlowedDomain", domain: "yahoo.com", perHour: 40, since: "2026-03-01T10:00:00.000Z" },
  ],
  version: 7,
};
function open(url: string, answers: Answers) {
  const page = () => (
    <>
      <SendersPage />
      <Toaster />
    </>
  );
  return renderPage(page, "/senders", url, { me: manager, sendingLimits: () => limits, ...answers });
}

test("what each has sent stands beside its limit; nobody but whoever may is offered to change one", async () => {
  const asked = vi.fn((_args: unknown) => connectionOf([senderOf("s1")]));
  open("/senders?sender=s1", {
    me: meWith("CAMPAIGN_READ"),
    senders: asked,
    sender: () => senderOf("s1", { state: "PAUSED" }),
  });
  const row = (await screen.findByRole("button", { name: "Northern desk" })).closest("tr")!;
  expect(row).toHaveTextContent("Northern desknorth@example.com312 of 80Active");
  const sheet = within(await screen.findByRole("dialog"));
  expect(await sheet.findByText("Administrators make and change senders.")).toBeVisible();
  expect(sheet.getByText("Paused")).toBeVisible();
  expect(screen.queryByRole("button", { name: "New sender" })).toBeNull();
});

test("a number that is none stays in the form, an address that is taken is said at its field, the next one makes it", async () => {
  const user = userEvent.setup();
  const conflict = {
    ...union("Conflict"),
    code: "CONFLICT",
    message: "There is a sender with the address a@example.com already.",
    path: ["address"],
  };
  const createSender = vi.fn(({ input }: { input: { address: string; perDay: number | null } }) =>
    input.address === "a@example.com"
      ? conflict
      : { ...union("CreateSenderSuccess"), sender: senderOf("s9", input) },
  );
  const { visited } = open("/senders?new=1", {
    senders: () => connectionOf([]),
    sender: () => senderOf("s9"),
    createSender,
  });
  expect(await screen.findByText("No senders yet")).toBeVisible();
  await user.type(await screen.findByLabelText("Name"), "Desk");
  const address = screen.getByLabelText("Address");
  await user.type(address, "a@example.com");
  const perDay = screen.getByLabelText("Mails a day");
  await user.type(perDay, "many{Enter}");
  await waitFor(() => expect(perDay).toHaveAccessibleDescription("Enter a whole number, or nothing."));
  expect(createSender).not.toHaveBeenCalled();
  await user.clear(perDay);
  await user.type(perDay, "80{Enter}");
  await waitFor(() => expect(address).toHaveAccessibleDescription(conflict.message));
  await user.clear(address);
  await user.type(address, "b@example.com{Enter}");
  await waitFor(() => expect(visited()).toBe("/senders?sender=s9"));
  expect(createSender.mock.calls.at(-1)?.[0].input).toEqual({
    name: "Desk",
    address: "b@example.com",
    replyTo: null,
    postalAddress: null,
    perHour: null,
    perDay: 80,
    gapSeconds: 0,
  });
});

test("somebody else's change is not overwritten; pausing is said; archiving is refused with the campaign's name", async () => {
  const user = userEvent.setup();
  let sender = senderOf("s1");
  const updateSender = vi.fn(({ input }: { input: { expectedVersion: number; perDay: number | null } }) => {
    if (input.expectedVersion !== sender.version)
      return {
        ...union("Conflict"),
        code: "CONFLICT",
        message: "It has version 4.",
        path: ["expectedVersion"],
      };
    sender = senderOf("s1", { ...sender, perDay: input.perDay, version: sender.version + 1 });
    return { ...union("UpdateSenderSuccess"), sender };
  });
  const pauseSender = vi.fn(() => {
    sender = senderOf("s1", { ...sender, state: "PAUSED", version: sender.version + 1 });
    return { ...union("PauseSenderSuccess"), sender };
  });
  const refusal = "north@example.com is still a sender of “Spring”; end or cancel it first.";
  const archiveSender = () => ({
    ...union("InvalidTransition"),
    code: "INVALID_TRANSITION",
    message: refusal,
    path: null,
    from: "PAUSED",
    to: "ARCHIVED",
    allowed: [],
  });
  open("/senders?sender=s1", {
    senders: () => connectionOf([sender]),
    sender: () => sender,
    updateSender,
    pauseSender,
    archiveSender,
  });
  const perDay = await screen.findByLabelText("Mails a day");
  sender = senderOf("s1", { perDay: 90, version: 4 });
  await user.clear(perDay);
  await user.type(perDay, "100{Enter}");
  await user.click(await screen.findByRole("button", { name: "Reload theirs" }));
  await waitFor(() => expect(screen.getByLabelText("Mails a day")).toHaveValue("90"));
  await user.click(screen.getByRole("button", { name: "Pause" }));
  expect(await screen.findByText("Sender paused")).toBeVisible();
  expect(await screen.findByRole("button", { name: "Resume" })).toBeVisible();
  // What was done beside the form is no reason to refuse it.
  const again = screen.getByLabelText("Mails a day");
  await user.clear(again);
  await user.type(again, "70{Enter}");
  await waitFor(() => expect(sender.perDay).toBe(70));
  await user.click(screen.getByRole("button", { name: "Archive" }));
  await user.click(await screen.findByRole("button", { name: "Archive sender" }));
  expect(await screen.findByText(refusal)).toBeVisible();
});

test("limits of the organisation are said in words; a line that is none stays in the form, what is right is saved", async () => {
  const user = userEvent.setup();
  const updateSendingLimits = vi.fn((_args: unknown) => ({
    ...union("UpdateSendingLimitsSuccess"),
    sendingLimits: limits,
  }));
  open("/senders", { senders: () => connectionOf([]), updateSendingLimits });
  const card = within(await screen.findByRole("region", { name: "Limits of the organisation" }));
  expect(await card.findByText("1,000 a day")).toBeVisible();
  expect(card.getByText(/1 domain with limits of its own: gmail.com 20 an hour/)).toBeVisible();
  expect(card.getByText(/yahoo.com 40 an hour/)).toBeVisible();
  await user.click(card.getByRole("button", { name: "Change" }));
  const domains = await screen.findByLabelText(/Domains with limits of their own/);
  expect(domains).toHaveValue("gmail.com 20 -");
  await user.type(domains, "{Enter}example.com");
  await user.click(screen.getByRole("button", { name: "Save limits" }));
  await waitFor(() =>
    expect(domains).toHaveAccessibleDescription(/“example.com” is not a domain with its limits/),
  );
  await user.type(domains, " 5 500");
  await user.click(screen.getByRole("button", { name: "Save limits" }));
  expect(await screen.findByText("Limits saved")).toBeVisible();
  expect(updateSendingLimits.mock.calls[0]?.[0]).toMatchObject({
    input: {
      perHour: null,
      perDay: 1000,
      domainPerHour: null,
      domainPerDay: null,
      domains: [
        { domain: "gmail.com", perHour: 20, perDay: null },
        { domain: "example.com", perHour: 5, perDay: 500 },
      ],
      expectedVersion: 7,
    },
  });
});
