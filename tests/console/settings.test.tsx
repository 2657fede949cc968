import { screen, waitFor } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { SettingsPage } from "../../console/src/settings/SettingsPage";
import { renderPage, type Answers } from "./harness";

const permissions = () => [
  {
    permission: "LEAD_EXPORT",
    title: "Export leads",
    description: "",
    wire: "lead:export",
    roles: ["ADMIN", "MANAGER"],
  },
];

const open = (answers: Answers) =>
  renderPage(SettingsPage, "/settings", "/settings", { permissions, ...answers });

const mask = { name: "Mask addresses" };
const seenBy = (role: string) => screen.getByRole("rowheader", { name: role }).closest("tr")?.textContent;

test("the switch masks addresses with the version on screen, and the table shows what each role sees then", async () => {
  let settings = { __typename: "Settings", maskAddresses: false, fourEyesLaunch: false, version: 7 };
  const updateSettings = vi.fn(({ input }: { input: { maskAddresses: boolean } }) => {
    settings = { ...settings, maskAddresses: input.maskAddresses, version: 8 };
    return { __typename: "UpdateSettingsSuccess", settings };
  });
  open({ settings: () => settings, updateSettings });
  const shown = await screen.findByRole("switch", mask);
  expect(shown).not.toBeChecked();
  expect(seenBy("User")).toContain("jane.doe@example.com");
  shown.focus();
  await userEvent.keyboard(" ");
  await waitFor(() => expect(screen.getByRole("switch", mask)).toBeChecked());
  expect(updateSettings.mock.calls[0]?.[0]).toEqual({ input: { maskAddresses: true, expectedVersion: 7 } });
  expect(seenBy("User")).toContain("j***@example.com");
  expect(seenBy("Manager")).toContain("jane.doe@example.com");
  expect(seenBy("Admin")).toContain("jane.doe@example.com");
});

test("settings that somebody else has changed are not changed over them; reload shows theirs", async () => {
  let settings = { __typename: "Settings", maskAddresses: false, fourEyesLaunch: false, version: 7 };
  const conflict = { __typename: "Conflict", code: "CONFLICT", message: "Changed meanwhile.", path: null };
  open({ settings: () => settings, updateSettings: () => conflict });
  await userEvent.click(await screen.findByRole("switch", mask));
  expect(await screen.findByRole("alert")).toHaveTextContent("Somebody else has changed the settings");
  expect(screen.getByRole("switch", mask)).not.toBeChecked();
  settings = { ...settings, maskAddresses: true, version: 8 };
  await userEvent.click(screen.getByRole("button", { name: "Reload" }));
  await waitFor(() => expect(screen.getByRole("switch", mask)).toBeChecked());
  expect(screen.queryByRole("alert")).toBeNull();
});

test("four eyes at a launch has a switch of its own", async () => {
  let settings = { __typename: "Settings", maskAddresses: false, fourEyesLaunch: false, version: 7 };
  const updateSettings = vi.fn((_args: unknown) => {
    settings = { ...settings, fourEyesLaunch: true, version: 8 };
    return { __typename: "UpdateSettingsSuccess", settings };
  });
  open({ settings: () => settings, updateSettings });
  await userEvent.click(await screen.findByRole("switch", { name: "Four eyes at a launch" }));
  await waitFor(() => expect(screen.getByRole("switch", { name: "Four eyes at a launch" })).toBeChecked());
  expect(screen.getByRole("switch", mask)).not.toBeChecked();
  expect(updateSettings.mock.calls[0]?.[0]).toEqual({ input: { fourEyesLaunch: true, expectedVersion: 7 } });
});
