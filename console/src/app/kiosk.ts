import { useLocation } from "@solidjs/router";
import { createEffect, onCleanup, type Accessor } from "solid-js";
import { link } from "../api/link";
import { places } from "./routes";

const reconnectAfterMs = 30_000;

/** Is the page on a wall, without anything around it? `?kiosk` says so, on pages that are made for it. */
export function useKiosk(): Accessor<boolean> {
  const location = useLocation();
  return () =>
    location.query["kiosk"] !== undefined &&
    places.some(({ path, kiosk }) => kiosk && location.pathname === `/admin${path}`);
}

/** Nobody stands at a wall to press "Reconnect": after a close that is final by protocol it is pressed for them. */
export function reconnectAlone(isAlone: Accessor<boolean>, reconnect: () => void) {
  createEffect(() => {
    if (!isAlone() || link() !== "closed") return;
    const timer = setTimeout(reconnect, reconnectAfterMs);
    onCleanup(() => clearTimeout(timer));
  });
}
