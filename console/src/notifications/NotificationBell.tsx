import { createSignal, lazy, Show, Suspense } from "solid-js";
import { plural } from "../lib/format";
import { Bell } from "../ui/icons";
import { useNotifications } from "./use-notifications";
import styles from "./Notifications.module.css";

const NotificationSheet = lazy(async () => ({
  default: (await import("./NotificationSheet")).NotificationSheet,
}));

/** How many notifications are unread; opens them. */
export function NotificationBell() {
  const { all, unread, markAllRead } = useNotifications();
  const [open, setOpen] = createSignal(false);
  return (
    <>
      <button
        type="button"
        class={`icon ${styles.bell}`}
        aria-label={unread() ? `Notifications, ${unread()} unread` : "Notifications"}
        title={unread() ? plural(unread(), "unread notification") : "Notifications"}
        onClick={() => setOpen(true)}
      >
        <Bell size={16} aria-hidden="true" />
        <Show when={unread()}>
          <span class={styles.count} aria-hidden="true">
            {unread() > 9 ? "9+" : unread()}
          </span>
        </Show>
      </button>
      <Suspense>
        <Show when={open()}>
          <NotificationSheet
            notifications={all()}
            unread={unread()}
            onRead={() => void markAllRead()}
            onClose={() => setOpen(false)}
          />
        </Show>
      </Suspense>
    </>
  );
}
