import type { ErrorEvent, Exception } from "@sentry/node";
import type { Scrub } from "../scrub.js";

type Frames = NonNullable<Exception["stacktrace"]>["frames"];

/**
 * An event made anew from what may leave. What is not named here does not pass, whichever integration has put it in;
 * what passes and is text is scrubbed, but for the places in our code.
 */
export function cleanEvent(event: ErrorEvent, scrub: Scrub): ErrorEvent {
  const { event_id, timestamp, level, platform, release, environment, server_name, sdk } = event;
  const { sdkProcessingMetadata } = event;
  return {
    type: undefined,
    event_id,
    timestamp,
    level,
    platform,
    release,
    environment,
    server_name,
    sdk,
    // Taken off before sending; the headers of the envelope are made from it.
    sdkProcessingMetadata,
    tags: tagsOf(event.tags, scrub),
    extra: { audit: event.extra?.["audit"] },
    ...(event.user?.id !== undefined && { user: { id: event.user.id } }),
    contexts: contextsOf(event.contexts),
    breadcrumbs: event.breadcrumbs?.map(({ timestamp: at, category, message }) => ({
      timestamp: at,
      category,
      message: scrub(message ?? ""),
    })),
    exception: { values: event.exception?.values?.map((value) => exceptionOf(value, scrub)) },
  };
}

/** Ids are ours, or were checked on arrival; scrubbing would take those that look like tokens. */
const IDS: ReadonlySet<string> = new Set("error_id request_id job_id session_id tenant viewed_by".split(" "));

function tagsOf(given: ErrorEvent["tags"], scrub: Scrub): ErrorEvent["tags"] {
  const tags = Object.entries(given ?? {}).map(([name, value]) => {
    return [name, IDS.has(name) ? value : scrub(String(value))] as const;
  });
  return Object.fromEntries(tags);
}

function contextsOf(contexts: ErrorEvent["contexts"]): ErrorEvent["contexts"] {
  const { trace, runtime, os } = contexts ?? {};
  return {
    ...(trace && { trace: { trace_id: trace.trace_id, span_id: trace.span_id } }),
    ...(runtime && { runtime: { name: runtime["name"], version: runtime["version"] } }),
    ...(os && { os: { name: os.name, version: os.version } }),
  };
}

function exceptionOf({ type, value, mechanism, stacktrace }: Exception, scrub: Scrub): Exception {
  return {
    type,
    value: scrub(value ?? ""),
    mechanism,
    ...(stacktrace && { stacktrace: { frames: framesOf(stacktrace.frames, scrub) } }),
  };
}

function framesOf(frames: Frames, scrub: Scrub): Frames {
  const line = (text: string | undefined) => text && scrub(text);
  return frames?.map((frame) => ({
    filename: frame.filename,
    function: frame.function,
    module: frame.module,
    lineno: frame.lineno,
    colno: frame.colno,
    in_app: frame.in_app,
    context_line: line(frame.context_line),
    pre_context: frame.pre_context?.map(scrub),
    post_context: frame.post_context?.map(scrub),
  }));
}
