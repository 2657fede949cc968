import { screen, waitFor } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { NotificationBell } from "../../console/src/notifications/NotificationBell";
import { renderPage, stream } from "./harness";

const refused = (id: string, readAt: string | null) => ({
  __typename: "Notification",
  id,
  kind: "REFUSALS",
  title: `Bo was refused 50 times in a minute (${id})`,
  detail: "The last time at Query.health.",
  href: "/users?user=bo",
  at: "2026-03-01T10:00:00.000Z",
  readAt,
});

function world() {
  const { push, events } = stream<object>();
  const edges = [refused("one", null), refused("two", "2026-03-01T11:00:00.000Z")].map((node) => ({
    cursor: node.id,
    node,
  }));
  const asked: unknown[] = [];
  const view = renderPage(NotificationBell, "/", "/", {
    // The query asks for the newest, the subscription for what comes.
    notifications: ({ first }: { first?: number }) => (first ? { edges } : events()),
    markNotificationsRead: (args: { ids?: string[] }) => {
      asked.push(args);
      return { __typename: "MarkNotificationsReadSuccess", read: 2 };
    },
  });
  return { ...view, push, asked };
}

test("the bell counts what is unread, also what comes while one looks, once each", async () => {
  const { push } = world();
  await screen.findByRole("button", { name: "Notifications, 1 unread" });
  const event = { notifications: { cursor: "c", notification: refused("three", null) } };
  push(event);
  await screen.findByRole("button", { name: "Notifications, 2 unread" });
  push(event);
  push({ notifications: { cursor: "d", notification: refused("four", null) } });
  await screen.findByRole("button", { name: "Notifications, 3 unread" });
});

test("it opens the list, from which each leads to its place; all are marked as read by one press", async () => {
  const { asked } = world();
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Notifications, 1 unread" }));
  const dialog = await screen.findByRole("dialog", { name: "Notifications" });
  expect(dialog).toHaveTextContent("Bo was refused 50 times in a minute (one)");
  expect(dialog).toHaveTextContent("Bo was refused 50 times in a minute (two)");
  expect(screen.getAllByRole("link", { name: "Show" })[0]).toHaveAttribute("href", "/users?user=bo");
  await user.click(screen.getByRole("button", { name: "Mark all as read" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Mark all as read" })).toBeNull());
  expect(asked).toHaveLength(1);
});
