import { accessToken } from "./session";
import type { Moment } from "./tracker";
import { tracking } from "./tracking";

let lastFailed: string | undefined;
let opening: Promise<(thrown: unknown, moment: Moment) => void> | undefined;

/** Tells an error that nobody caught. The tracker is loaded with the first one. */
export function reportError(thrown: unknown): void {
  const told = tracking;
  if (!told) return;
  const moment = { page: location.pathname, token: accessToken(), requestId: lastFailed };
  opening ??= import("./tracker").then(({ openTracker }) => openTracker(told));
  opening.then(
    (report) => report(thrown, moment),
    // Without a network nobody can be told.
    () => (opening = undefined),
  );
}

export function watchErrors(): void {
  if (!tracking) return;
  addEventListener("error", (event) => reportError(event.error ?? new Error(event.message)));
  addEventListener("unhandledrejection", (event) => reportError(event.reason));
}

/** Which call has failed last: an error soon after has often to do with it. */
export function noteFailedCall(response: Response | undefined): void {
  lastFailed = response?.headers.get("x-request-id") ?? lastFailed;
}
