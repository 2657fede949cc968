import {
  BrowserClient,
  defaultStackParser,
  linkedErrorsIntegration,
  makeFetchTransport,
  Scope,
  type ErrorEvent,
  type Exception,
} from "@sentry/browser";
import { scrub } from "./scrub";

/** What the server says in its page about where errors are told; without it nothing is told. */
export interface Tracking {
  readonly dsn: string;
  /** Share of calls that are traced, 0 to 1. */
  readonly rate: number;
  readonly release: string;
  readonly environment: string;
}

/** The moment of an error, which is over when the tracker has been loaded. */
export interface Moment {
  readonly page: string;
  readonly token: string | null;
  readonly requestId: string | undefined;
}

/** Errors of one page that leave; whatever comes after them is most likely the same again. */
const MOST_REPORTS = 20;

/** Makes the one client that tells errors, and nothing else: no breadcrumbs of clicks, no traces, no replay. */
export function openTracker(tracking: Tracking): (error: unknown, moment: Moment) => void {
  const client = new BrowserClient({
    dsn: tracking.dsn,
    release: tracking.release,
    environment: tracking.environment,
    integrations: [linkedErrorsIntegration()],
    sendClientReports: false,
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: false,
      httpBodies: [],
      urlQueryParams: false,
    },
    stackParser: defaultStackParser,
    transport: makeFetchTransport,
    beforeSend: cleanEvent,
  });
  client.init();
  let left = MOST_REPORTS;
  return (error, moment) => {
    if (left === 0) return;
    left -= 1;
    const hint = { mechanism: { type: "generic", handled: false } };
    client.captureException(
      error instanceof Error ? error : new Error(`${typeof error} was thrown`),
      hint,
      scopeOf(moment),
    );
  };
}

function scopeOf({ page, token, requestId }: Moment): Scope {
  const scope = new Scope();
  const { sub, tid, sid } = claimsOf(token);
  const tags = { role: "console", page, tenant: tid, session_id: sid, request_id: requestId };
  for (const [name, value] of Object.entries(tags)) if (value) scope.setTag(name, value);
  if (sub) scope.setUser({ id: sub });
  if (requestId)
    scope.setExtra("audit", `${location.origin}/admin/audit?requestId=${encodeURIComponent(requestId)}`);
  return scope;
}

/** The ids in an access token. It was not checked here, and need not be: it only says whom to ask. */
function claimsOf(token: string | null): { sub?: string; tid?: string; sid?: string } {
  try {
    const payload = token?.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/");
    return payload ? JSON.parse(atob(payload)) : {};
  } catch {
    return {};
  }
}

/** The event made anew from what may leave; see platform/tracking/clean-event.ts. */
function cleanEvent(event: ErrorEvent): ErrorEvent {
  const { event_id, timestamp, level, platform, release, environment, sdk, sdkProcessingMetadata } = event;
  const tags = { ...event.tags, page: scrub(String(event.tags?.["page"] ?? "")) };
  return {
    type: undefined,
    event_id,
    timestamp,
    level,
    platform,
    release,
    environment,
    sdk,
    sdkProcessingMetadata,
    tags,
    extra: { audit: event.extra?.["audit"] },
    ...(event.user?.id !== undefined && { user: { id: event.user.id } }),
    exception: { values: event.exception?.values?.map(cleanException) ?? [] },
  };
}

function cleanException({ type, value, mechanism, stacktrace }: Exception): Exception {
  return {
    ...(type !== undefined && { type }),
    value: scrub(value ?? ""),
    ...(mechanism && { mechanism }),
    ...(stacktrace && {
      stacktrace: {
        frames: (stacktrace.frames ?? []).map((frame) => ({
          ...frame,
          filename: withoutQuery(frame.filename),
        })),
      },
    }),
  };
}

/** A frame of the page itself has its address, whose fragment may be somebody's invitation. */
const withoutQuery = (address = "") => address.split(/[?#]/, 1)[0]!;
