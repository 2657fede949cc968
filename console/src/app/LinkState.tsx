import { link } from "../api/link";
import { broken } from "../api/live";

const linkWords = {
  live: "Live",
  connecting: "Connecting",
  reconnecting: "Reconnecting",
  offline: "Offline",
  closed: "Offline",
} as const;

/** Live only when every stream of the page runs, not when the line alone is up. */
const linkState = () => (link() === "live" && broken() > 0 ? "reconnecting" : link());

/** Whether what is on screen is live, as a point and a word. */
export const LinkState = () => (
  <span class="link" data-state={linkState()} role="status" title="Connection to the server">
    <i />
    {linkWords[linkState()]}
  </span>
);
