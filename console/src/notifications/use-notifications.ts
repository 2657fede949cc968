import { useClient } from "@urql/solid";
import { createSignal, onMount } from "solid-js";
import { failureOf, failureOfError } from "../api/failure";
import { onLive, onReconnect } from "../api/live";
import { toast } from "../ui/toast";
import { MarkRead, NotificationsQuery, Notified, type Notification } from "./notifications.gql";

const mostKept = 50;

/** One's own notifications, the newest first, as they come; what came while the line was down is fetched again. */
export function useNotifications() {
  const client = useClient();
  const [all, setAll] = createSignal<readonly Notification[]>([]);
  const load = async () => {
    const { data } = await client
      .query(NotificationsQuery, {}, { requestPolicy: "network-only" })
      .toPromise();
    if (data) setAll(data.notifications.edges.map((edge) => edge.node));
  };
  onMount(() => void load());
  onReconnect(() => void load());
  onLive(
    Notified,
    () => ({}),
    ({ notifications: { notification } }) => {
      const isNew = !all().some((each) => each.id === notification.id);
      if (!isNew) return;
      setAll((before) => [notification, ...before].slice(0, mostKept));
      toast(notification.title, notification.detail, notification.kind === "ALERT_OVER" ? "ok" : "bad");
    },
  );
  const unread = () => all().filter((each) => each.readAt === null).length;
  const markAllRead = async () => {
    const before = all();
    if (unread() === 0) return;
    const at = new Date().toISOString();
    setAll(before.map((each) => ({ ...each, readAt: each.readAt ?? at })));
    const { data, error } = await client.mutation(MarkRead, {}).toPromise();
    if (data?.outcome.kind === "MarkNotificationsReadSuccess") return;
    setAll(before);
    const failure = error ? failureOfError(error) : failureOf(data?.outcome ?? {});
    toast("The notifications are still unread", failure.message, "bad");
  };
  return { all, unread, markAllRead };
}
