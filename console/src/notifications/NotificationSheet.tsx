import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { Button } from "../ui/Button";
import { Sheet } from "../ui/dialogs";
import { Empty } from "../ui/States";
import { Time } from "../ui/Time";
import type { Notification } from "./notifications.gql";
import styles from "./Notifications.module.css";

/** What has happened that somebody should know of, the newest first; each leads to its place. */
export const NotificationSheet = (props: {
  notifications: readonly Notification[];
  unread: number;
  onRead: () => void;
  onClose: () => void;
}) => (
  <Sheet
    title="Notifications"
    description={props.unread ? `${props.unread} unread` : "All read"}
    aside={
      <Show when={props.unread}>
        <Button small tone="quiet" writes onClick={() => props.onRead()}>
          Mark all as read
        </Button>
      </Show>
    }
    onClose={props.onClose}
  >
    <Show
      when={props.notifications.length}
      fallback={<Empty title="Nothing yet" text="What needs your attention is told here, as it happens." />}
    >
      <ul class={styles.list}>
        <For each={props.notifications}>
          {(each) => (
            <li data-unread={each.readAt === null ? "" : undefined}>
              <p>
                <b>{each.title}</b>
                <small class="dim">
                  <Time at={each.at} />
                </small>
              </p>
              <p class="dim">{each.detail}</p>
              <Show when={each.href}>
                {(href) => (
                  <A href={href()} onClick={() => props.onClose()}>
                    Show
                  </A>
                )}
              </Show>
            </li>
          )}
        </For>
      </ul>
    </Show>
  </Sheet>
);
