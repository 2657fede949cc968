import { createSignal } from "solid-js";

const tickMs = 15_000;
const [now, setNow] = createSignal(Date.now());
setInterval(() => setNow(Date.now()), tickMs);

/** Now in milliseconds, moving every 15 s: enough for "3 min ago", and one timer for the whole page. */
export { now };
