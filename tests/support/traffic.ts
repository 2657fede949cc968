import type { Page } from "playwright-core";

/** What a page has asked of the server: every request to the API, and every stream that it opened. Each costs a point. */
export interface Traffic {
  readonly asked: readonly string[];
  /** Forgets what was asked so far. */
  reset(): void;
}

export function countTraffic(page: Page): Traffic {
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname !== "/graphql" && !pathname.startsWith("/api/")) return;
    asked.push(/(?:query|mutation) (\w+)/.exec(request.postData() ?? "")?.[1] ?? pathname);
  });
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      const stream =
        /"type":"subscribe"[^]*?subscription (\w+)|subscription (\w+)[^]*?"type":"subscribe"/.exec(
          String(payload),
        );
      if (stream) asked.push(stream[1] ?? stream[2] ?? "a stream");
    });
  });
  return { asked, reset: () => void (asked.length = 0) };
}
