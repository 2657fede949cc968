import type { IncomingMessage } from "node:http";
import { newId } from "#domain/ids.js";

const WELL_FORMED = /^[A-Za-z0-9._-]{8,64}$/;

/** The caller's own id when it is well formed, so that logs on both sides can be joined; otherwise a new one. */
export function requestIdOf(request: { headers: IncomingMessage["headers"] }): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && WELL_FORMED.test(given) ? given : newId();
}
