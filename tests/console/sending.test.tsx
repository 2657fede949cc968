import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { FrozenBanner } from "../../console/src/sending/FrozenBanner";
import { setQuestion } from "../../console/src/sending/question";
import { useFreezeQuestion } from "../../console/src/sending/use-freeze-question";
import { Toaster } from "../../console/src/ui/toast";
import { renderPage, type Answers } from "./harness";

const GOING = {
  __typename: "Sending",
  isFrozen: false,
  scope: null,
  frozenAt: null,
  reason: null,
  frozenBy: null,
  inFlight: 0,
};
const FROZEN = {
  ...GOING,
  isFrozen: true,
  scope: "ORGANISATION",
  frozenAt: new Date().toISOString(),
  reason: "Wrong price",
  frozenBy: "Ada",
  inFlight: 1,
};
const me = () => ({
  id: "me",
  email: "ada@example.com",
  name: "Ada",
  role: "ADMIN",
  permissions: ["CAMPAIGN_READ", "CAMPAIGN_PAUSE", "SYSTEM_SETTINGS_MANAGE"],
  teams: [],
  organisation: "Northwind",
});
const Page = () => (
  <>
    <FrozenBanner />
    <Toaster />
  </>
);
const open = (answers: Answers) => renderPage(Page, "/campaigns", "/campaigns", { me, ...answers });
const banner = () => screen.findByRole("region", { name: "Sending is frozen" });
beforeEach(() => setQuestion(undefined));

test("nothing is said while mail goes; a freeze wants a reason, is sent once, and is on every page then", async () => {
  let sending: object = GOING;
  const freezeSending = vi.fn<(given: { reason: string }) => object>(() => {
    sending = FROZEN;
    return { __typename: "FreezeSendingSuccess", sending };
  });
  open({ sending: () => sending, freezeSending });
  setQuestion("freeze");
  const dialog = within(await screen.findByRole("dialog", { name: "Freeze sending" }));
  expect(screen.queryByRole("region", { name: "Sending is frozen" })).toBeNull();
  await userEvent.click(dialog.getByRole("button", { name: "Freeze sending" }));
  expect(dialog.getByLabelText("Reason")).toHaveAccessibleDescription(
    "Say why, so that whoever releases it knows what to look at.",
  );
  expect(freezeSending).not.toHaveBeenCalled();
  await userEvent.type(dialog.getByLabelText("Reason"), " Wrong price ");
  await userEvent.click(dialog.getByRole("button", { name: "Freeze sending" }));
  expect(await banner()).toHaveTextContent(
    /^Sending is frozen\. Wrong price — Ada, .+\. 1 mail that had been begun has no answer yet\.Release…$/,
  );
  expect(freezeSending.mock.calls.map(([given]) => given)).toEqual([{ reason: "Wrong price" }]);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("released, the banner goes; what is refused is said in the dialog and the banner stays", async () => {
  let sending: object = { ...FROZEN, inFlight: 0 };
  let answer: object = { __typename: "Conflict", code: "CONFLICT", message: "Try again.", path: null };
  open({ sending: () => sending, releaseSending: () => answer });
  await userEvent.click(within(await banner()).getByRole("button", { name: "Release…" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Release sending" }));
  await userEvent.type(dialog.getByLabelText("Reason"), "Mended");
  await userEvent.click(dialog.getByRole("button", { name: "Release sending" }));
  expect(await dialog.findByText("Try again.")).toBeVisible();
  expect(screen.getByText("Sending is frozen.")).toBeInTheDocument();
  sending = GOING;
  answer = { __typename: "ReleaseSendingSuccess", sending, pausedCampaigns: 2 };
  await userEvent.click(dialog.getByRole("button", { name: "Release sending" }));
  await waitFor(() => expect(screen.queryByRole("region", { name: "Sending is frozen" })).toBeNull());
  expect(await screen.findByText("Sending is released; 2 campaigns with overdue mail paused")).toBeVisible();
});

test("a frozen installation names who can release it, and offers nobody here to", async () => {
  open({
    sending: () => ({
      ...FROZEN,
      scope: "INSTALLATION",
      frozenBy: null,
      inFlight: 0,
      reason: "It was restored.",
    }),
  });
  expect(await banner()).toHaveTextContent(
    /^All sending of this installation is frozen\. It was restored, .+\. Only the operator releases it: postwatch release REASON\.$/,
  );
  expect(within(await banner()).queryByRole("button")).toBeNull();
});

test("what is frozen is offered for release, and nothing by whom neither is for", async () => {
  const offered = async (sending: object, permissions: string[]) => {
    const Asked = () => <p>{`Asked: ${useFreezeQuestion()() ?? "nothing"}`}</p>;
    const page = renderPage(Asked, "/campaigns", "/campaigns", {
      me: () => ({ ...me(), permissions }),
      sending: () => sending,
    });
    const text = await screen.findByText(/^Asked: /);
    await waitFor(() => expect(text).toHaveTextContent(/./));
    // The answer comes after the first paint.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { textContent } = text;
    page.unmount();
    return textContent;
  };
  const may = ["CAMPAIGN_READ", "CAMPAIGN_PAUSE"];
  const mayAll = [...may, "SYSTEM_SETTINGS_MANAGE"];
  expect(await offered(GOING, may)).toBe("Asked: freeze");
  expect(await offered(FROZEN, mayAll)).toBe("Asked: release");
  expect(await offered(FROZEN, may)).toBe("Asked: nothing");
  expect(await offered({ ...FROZEN, scope: "INSTALLATION" }, mayAll)).toBe("Asked: nothing");
  expect(await offered(GOING, ["CAMPAIGN_READ"])).toBe("Asked: nothing");
});
